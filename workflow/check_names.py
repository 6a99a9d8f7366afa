"""Names and options that a config uses, against the files that define them; in: config, out: one line per mistake."""

import difflib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from workflow import alternatives, sources
from workflow.alternatives import SUPERVISED
from workflow.runs import VARIANT_KEYS

REFERENCE = "reference"  # how the tables call the controls


def unknown(where: str, kind: str, name: str, known: Iterable[str]) -> str:
    """Return the line for a name that does not exist."""
    close = difflib.get_close_matches(name, known, 1)
    guess = f" Did you mean {close[0]}?" if close else ""
    return f"{where}: there is no {kind} {name!r}.{guess} There are: {', '.join(sorted(known)) or 'none'}"


def check_variants(config: dict[str, Any], root: Path) -> Iterator[str]:
    """Check every variant's model and that model's options."""
    for name, variant in config["variants"].items():
        if name in (SUPERVISED, REFERENCE):
            yield f"variants.{name}: the tables use this name for a row of their own; choose another"
        yield from check_variant(f"variants.{name}", variant, root)
        for dataset, own in variant.get("for", {}).items():
            yield from check_variant(f"variants.{name}.for.{dataset}", alternatives.merged(variant, own), root)
    for name, alternative in config["sensitivity"]["alternatives"].items():
        for variant, settings in alternative.get("variants", {}).items():
            where = f"sensitivity.alternatives.{name}.variants"
            if variant not in config["variants"]:
                yield unknown(where, "variant", variant, config["variants"])
            yield from check_variant(f"{where}.{variant}", settings, root)


def check_studies(config: dict[str, Any], root: Path) -> Iterator[str]:
    """Check the variants of every study at each of its values."""
    for name, study in config["studies"].items():
        for variant, settings in study["variants"].items():
            for value in study["values"]:
                point = {**settings, study["option"]: value}
                yield from check_variant(f"studies.{name}.variants.{variant}", point, root)


def check_variant(where: str, variant: dict[str, Any], root: Path) -> Iterator[str]:
    """Check a variant's model and that model's options."""
    known = sources.names(root, "bench/models")
    if variant["model"] not in known:
        yield unknown(where, "model", variant["model"], known)
        return
    taken = sources.options(root, f"bench/models/{variant['model']}.py", "Model.__init__")
    yield from check_options(where, options_of(variant), taken)


def options_of(variant: dict[str, Any]) -> dict[str, Any]:
    """Return what a variant passes to its model."""
    return {key: value for key, value in variant.items() if key not in VARIANT_KEYS}


def check_options(where: str, given: dict[str, Any], taken: dict[str, sources.Option]) -> Iterator[str]:
    """Check options against the keyword-only arguments that take them."""
    for name in given:
        if name not in taken:
            yield unknown(where, "option", name, taken)
        elif expected := taken[name].expects(given[name]):
            yield f"{where}.{name}: {given[name]!r} is not {expected}"
    for name, option in taken.items():
        if option.required and name not in given:
            yield f"{where}: the option {name!r} is missing"
