"""`python -m bench.job RULE ...` runs a rule: calls `main` of bench/RULE.py with what the command line says.

A parameter of `main` that is a path is given as `--name PATH`, any other in `--settings`, one JSON object; `device` is
`--device cpu` or `--device cuda`. `--code` names the files whose digest says which code made the numbers. `python -m
bench.job RULE --help` lists them.
"""

import argparse
import importlib
import inspect
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.job import source
from bench.job.command import end_with_workflow, run
from bench.job.device import device_of

FOLDER = Path(__file__).resolve().parents[1]


def main() -> None:
    """Run the rule that the command line names."""
    end_with_workflow()  # first, because a rule's own imports take seconds
    rules = sorted(path.stem for path in FOLDER.glob("*.py") if path.stem != "__init__")
    first = argparse.ArgumentParser(prog="python -m bench.job", add_help=False, description=__doc__)
    first.add_argument("rule", choices=rules)
    first.add_argument("--code", type=Path, nargs="*", default=[])
    asked, words = first.parse_known_args()
    source.take(asked.code)
    # scikit-learn computes on tensors (bench/measures/base/densities.py, on a GPU) only where SciPy found this when it
    # was imported.
    os.environ.setdefault("SCIPY_ARRAY_API", "1")
    run(asked.rule, lambda: call(asked.rule, words))


def call(rule: str, words: list[str]) -> None:
    """Call a rule's `main` with the arguments that the words of a command line give."""
    module = importlib.import_module(f"bench.{rule}")
    module.main(**arguments(rule, module.main, words))


def arguments(rule: str, function: Callable[..., None], words: list[str]) -> dict[str, Any]:
    """Return a function's keyword arguments from the words of a command line."""
    about = sys.modules[function.__module__].__doc__
    parser = argparse.ArgumentParser(prog=f"python -m bench.job {rule}", description=about)
    parser.add_argument("--settings", type=json.loads, default={}, help=f"JSON: {', '.join(settings_of(function))}")
    for name, kind in parameters(function).items():
        if kind is Path:
            parser.add_argument(f"--{name.replace('_', '-')}", type=Path, required=True)
    if "device" in parameters(function):
        parser.add_argument("--device", choices=["cpu", "cuda"], required=True)
    given = vars(parser.parse_args(words))
    settings = given.pop("settings")
    if "device" in given:
        given["device"] = device_of(given["device"])
    return given | settings


def parameters(function: Callable[..., None]) -> dict[str, Any]:
    """Map the names of a function's parameters to their annotations."""
    return {name: each.annotation for name, each in inspect.signature(function).parameters.items()}


def settings_of(function: Callable[..., None]) -> list[str]:
    """Return the parameters of a function that are given as settings."""
    return [name for name, kind in parameters(function).items() if kind is not Path and name != "device"]


if __name__ == "__main__":
    main()
