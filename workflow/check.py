"""Checking a config before any job; in: the merged config, out: one line per mistake, naming what exists."""

import difflib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, ValidationError

from workflow import alternatives, sources
from workflow.alternatives import SUPERVISED
from workflow.plan import REFERENCE
from workflow.runs import VARIANT_KEYS

# Keys of data.NAME that every data set may have; every other one is an option of its `load`.
DATA_KEYS = {"latent", "components", "training", "architecture"}


def problems(config: dict[str, Any], schema: dict[str, Any], root: Path) -> list[str]:
    """Return what is wrong with a config, nothing if it is right.

    Names (models, options, data sets, variants) are compared with the files that define them, but only once
    all forms are right: until then a name may not be where it belongs.
    """
    errors = list(Draft202012Validator(schema).iter_errors(config))
    lines = [line for error in errors for line in describe(error)]
    if not any(error.validator in ("type", "required") for error in errors):
        lines += check_data(config, root)
        lines += check_variants(config, root)
        lines += dict.fromkeys(check_studies(config, root))
        lines += check_figures(config)
        lines += check_family(config)
        lines += check_claims(config)
        lines += check_alternatives(config)
    return lines


def describe(error: ValidationError) -> Iterator[str]:
    """Yield one line per mistake of a schema error (which may stand for several unknown keys)."""
    where = ".".join(map(str, error.absolute_path)) or "config"
    if error.validator == "additionalProperties":
        known = error.schema.get("properties", {})
        for key in sorted(set(error.instance) - set(known)):
            yield unknown(where, "key", key, known)
    elif error.validator == "pattern":
        yield f"{where}: {error.instance!r} is to name files and does not match {error.validator_value}"
    elif error.validator == "uniqueItems":
        yield f"{where}: {error.instance} holds something twice"
    else:
        yield f"{where}: {error.message}"


def unknown(where: str, kind: str, name: str, known: Iterable[str]) -> str:
    """Return the line for a name that does not exist."""
    close = difflib.get_close_matches(name, known, 1)
    guess = f" Did you mean {close[0]}?" if close else ""
    return f"{where}: there is no {kind} {name!r}.{guess} There are: {', '.join(sorted(known)) or 'none'}"


def check_data(config: dict[str, Any], root: Path) -> Iterator[str]:
    """Check the data sets' names wherever they stand, and the options in the sections under `data`."""
    known = sources.names(root, "bench/datasets")
    used = [("datasets", name) for name in config["datasets"]]
    used += [("classify.datasets", name) for name in config["classify"]["datasets"]]
    used += [(f"roles.{role}", name) for role, name in config["roles"].items()]
    used += [("data", name) for name in config["data"]]
    for study, settings in config["studies"].items():
        used += [(f"studies.{study}.datasets", name) for name in settings["datasets"]]
    for variant, settings in config["variants"].items():
        used += [(f"variants.{variant}.datasets", name) for name in settings.get("datasets", [])]
        used += [(f"variants.{variant}.for", name) for name in settings.get("for", {})]
    yield from (unknown(where, "data set", name, known) for where, name in used if name not in known)
    for name in config["datasets"]:
        if name in known and name not in config["data"]:
            yield f"data: the data set {name} has no section"
    for name, settings in config["data"].items():
        if name in known:
            taken = sources.options(root, f"bench/datasets/{name}.py", "load")
            given = {key: value for key, value in settings.items() if key not in DATA_KEYS}
            yield from check_options(f"data.{name}", given, taken)


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


def check_figures(config: dict[str, Any]) -> Iterator[str]:
    """Check the roles and variants of every figure."""
    for figure_name, figure in config["figures"].items():
        if figure["kind"] == "study" and figure_name not in config["studies"]:
            yield unknown(f"figures.{figure_name}", "study", figure_name, config["studies"])
        for role, variants in figure.get("panels", {}).items():
            where = f"figures.{figure_name}.panels.{role}"
            if role not in config["roles"]:
                yield unknown(where, "role", role, config["roles"])
            yield from (
                unknown(where, "variant", name, config["variants"])
                for name in variants
                if name not in config["variants"]
            )


def check_family(config: dict[str, Any]) -> Iterator[str]:
    """Check the methods that are compared on all data sets, and what they are ranked by."""
    family, owners = config["family"], {}
    for method, variants in family["methods"].items():
        for name in variants:
            if name not in config["variants"]:
                yield unknown(f"family.methods.{method}", "variant", name, config["variants"])
            elif name in owners:
                yield f"family.methods.{method}: {name} stands for {owners[name]} already"
            owners.setdefault(name, method)
    for method in family["against"]:
        if method not in family["methods"]:
            yield unknown("family.against", "method", method, family["methods"])
    for metric in family["ranked_by"]:
        if "rank" in metric:
            yield f"family.ranked_by: {metric} is no quality: a code that collapsed to a point has the lowest"


def check_claims(config: dict[str, Any]) -> Iterator[str]:
    """Check the roles and variants of every claim, and that no two claims share a name."""
    studied = (variant for study in config["studies"].values() for variant in study["variants"])
    known = [*config["variants"], *studied, SUPERVISED]
    seen = set()
    for claim in alternatives.claims(config):
        where = f"claims.topics.{claim['topic']}.claims.{claim['id']}"
        if claim["id"] in seen:
            yield f"{where}: another topic has a claim of this name"
        seen.add(claim["id"])
        if claim["role"] not in config["roles"]:
            yield unknown(where, "role", claim["role"], config["roles"])
        yield from (unknown(where, "variant", name, known) for name in alternatives.sides(claim) if name not in known)


# What an alternative may change, and where its keys are known from.
SECTIONS = ("classify", "sample", "training")


def check_alternatives(config: dict[str, Any]) -> Iterator[str]:
    """Check what the alternatives to the protocol change."""
    own = config["sensitivity"]
    for name in own["retrain"]:
        if name not in own["alternatives"]:
            yield unknown("sensitivity.retrain", "alternative", name, own["alternatives"])
        elif not {"training", "data", "variants"} & set(own["alternatives"][name]):
            yield f"sensitivity.retrain: {name} changes neither training, data nor variants, so nothing trains again"
    for name, alternative in own["alternatives"].items():
        where = f"sensitivity.alternatives.{name}"
        if alternative.get("codes") == "test" and "classify" in alternative:
            yield f"{where}: codes of the test images are for samplers; a classifier cannot be trained on them"
        for section in SECTIONS:
            known = {*config[section], *(["components"] if section == "sample" else [])}
            for key in sorted(set(alternative.get(section, {})) - known):
                yield unknown(f"{where}.{section}", "key", key, known)
        for dataset, settings in alternative.get("data", {}).items():
            if dataset not in config["data"]:
                yield unknown(f"{where}.data", "data set", dataset, config["data"])
            else:
                for key in sorted(set(settings) - set(config["data"][dataset])):
                    yield unknown(f"{where}.data.{dataset}", "key", key, config["data"][dataset])
