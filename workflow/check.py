"""Checking a config before any job; in: the merged config, out: one line per mistake, naming what exists."""

from collections.abc import Iterator
from math import isfinite
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, ValidationError
from jsonschema.validators import extend

from workflow import sources
from workflow.check_claims import check_alternatives, check_claims, check_family, check_steps
from workflow.check_names import check_options, check_studies, check_variants, unknown
from workflow.places import raw_data

# Keys of data.NAME that every data set may have; every other one is an option of its `load`.
DATA_KEYS = {"latent", "components", "training", "architecture"}
# JSON Schema takes 1e2 for a whole number and nan for a number: Python's range and a learning rate do not.
WHOLE = Draft202012Validator.TYPE_CHECKER.redefine(
    "integer", lambda _, value: isinstance(value, int) and not isinstance(value, bool)
).redefine(
    "number", lambda _, value: isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)
)
Validator = extend(Draft202012Validator, type_checker=WHOLE)


def problems(config: dict[str, Any], schema: dict[str, Any], root: Path) -> list[str]:
    """Return what is wrong with a config, nothing if it is right.

    Names (models, options, data sets, variants) are compared with the files that define them, but only once
    all forms are right: until then a name may not be where it belongs.
    """
    errors = list(Validator(schema).iter_errors(config))
    lines = [line for error in errors for line in describe(error)]
    if not any(error.validator in ("type", "required") for error in errors):
        lines += check_places(config)
        lines += check_data(config, root)
        lines += check_roles(config)
        lines += check_measures(config, root)
        lines += check_variants(config, root)
        lines += dict.fromkeys(check_studies(config, root))
        lines += check_figures(config)
        lines += check_family(config)
        lines += check_claims(config)
        lines += check_steps(config)
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
    elif error.validator == "contains":
        yield f"{where}: {error.instance} lacks {error.validator_value['const']}, which is to be among them"
    elif error.validator == "uniqueItems":
        yield f"{where}: {error.instance} holds something twice"
    elif error.validator_value in ("integer", "number") and isinstance(error.instance, float):
        wanted = "a whole number, written without point and exponent" if isfinite(error.instance) else "a finite number"
        yield f"{where}: {error.instance} is not {wanted}"
    else:
        yield f"{where}: {error.message}"


def check_places(config: dict[str, Any]) -> Iterator[str]:
    """Check that the folder of raw data can be told."""
    try:
        raw_data(config["data_root"])
    except LookupError as error:
        yield str(error.args[0])


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


def check_roles(config: dict[str, Any]) -> Iterator[str]:
    """Check that no data set plays two of the paper's roles: its numbers would stand in both."""
    roles: dict[str, str] = {}
    for role, name in config["roles"].items():
        if name in roles:
            yield f"roles.{role}: {name} is already the data set of {roles[name]}; give one of them another"
        roles[name] = role


def check_measures(config: dict[str, Any], root: Path) -> Iterator[str]:
    """Check the measures' names and their options."""
    known = sources.names(root, "bench/measures")
    for name, options in config["measures"].items():
        if name not in known:
            yield unknown("measures", "measure", name, known)
        else:
            taken = sources.options(root, f"bench/measures/{name}.py", "measure")
            yield from check_options(f"measures.{name}", options, taken)


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
