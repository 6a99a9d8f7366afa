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
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NoReturn

from bench.job import source
from bench.job.command import Stop, end_with_workflow, execute
from bench.job.device import device_of

FOLDER = Path(__file__).resolve().parents[1]


class Parser(argparse.ArgumentParser):
    """A parser that complains in one line and takes no option's beginning for it."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options, allow_abbrev=False)

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message} (--help says what it takes)\n")


def main() -> None:
    """Run the rule that the command line names."""
    end_with_workflow()  # first, because a rule's own imports take seconds
    rule, code, words = asked(sys.argv[1:])
    source.take(code)
    os.environ["MPLBACKEND"] = "agg"  # a notebook's, or one with windows, is of no use to a job
    # scikit-learn computes on tensors (bench/measures/base/densities.py, on a GPU) only where SciPy found this when it
    # was imported.
    os.environ.setdefault("SCIPY_ARRAY_API", "1")
    execute(rule, lambda: run(rule, words, code))


def run(rule: str, words: Sequence[str], code: Sequence[Path]) -> None:
    """Call a rule, and stop if its code was edited meanwhile: Snakemake would take the outputs for the edit's."""
    call(rule, words)
    if source.edited(code):
        raise Stop("the code was edited while this job ran, so its numbers are of the code before; run it again")


def asked(words: Sequence[str]) -> tuple[str, list[Path], list[str]]:
    """Return the rule, the files of its code, and the words that are left for it."""
    rules = sorted(path.stem for path in FOLDER.glob("*.py") if path.stem != "__init__")
    # After a rule --help is the rule's.
    parser = Parser(prog="python -m bench.job", description=__doc__, add_help=words[:1] == ["--help"])
    parser.add_argument("rule", metavar="RULE", choices=rules, help=", ".join(rules))
    parser.add_argument("--code", metavar="FILE", type=Path, nargs="*", default=[], help="what decides its numbers")
    given, left = parser.parse_known_args(words)
    return given.rule, given.code, left


def call(rule: str, words: Sequence[str]) -> None:
    """Call a rule's `main` with the arguments that the words of a command line give."""
    module = importlib.import_module(f"bench.{rule}")
    module.main(**arguments(rule, module.main, words))


def arguments(rule: str, function: Callable[..., None], words: Sequence[str]) -> dict[str, Any]:
    """Return a function's keyword arguments from the words of a command line."""
    parser = parser_of(rule, function)
    given = vars(parser.parse_args(words))
    settings, expected = given.pop("settings"), settings_of(function)
    if sorted(settings) != sorted(expected):
        parser.error(f"argument --settings: its keys are {sorted(settings)}; it takes exactly {sorted(expected)}")
    if "device" in given:
        given["device"] = device_of(given["device"])
    return given | settings


def parser_of(rule: str, function: Callable[..., None]) -> Parser:
    """Return the parser of a rule's options."""
    parser = Parser(prog=f"python -m bench.job {rule}", description=sys.modules[function.__module__].__doc__)
    keys = ", ".join(settings_of(function))
    parser.add_argument("--settings", metavar="JSON", type=json_object, default={}, help=f"keys: {keys or 'none'}")
    for name, kind in parameters(function).items():
        if kind is Path:
            parser.add_argument(f"--{name.replace('_', '-')}", metavar="PATH", type=Path, required=True)
    if "device" in parameters(function):
        parser.add_argument("--device", choices=["cpu", "cuda"], required=True)
    return parser


def json_object(text: str) -> dict[str, Any]:
    """Return the content of a JSON object."""
    try:
        return dict(json.loads(text))
    except (TypeError, ValueError) as problem:
        raise argparse.ArgumentTypeError(f"{text} is no JSON object: {problem}") from problem


def parameters(function: Callable[..., None]) -> dict[str, Any]:
    """Map the names of a function's parameters to their annotations."""
    return {name: each.annotation for name, each in inspect.signature(function).parameters.items()}


def settings_of(function: Callable[..., None]) -> list[str]:
    """Return the parameters of a function that are given as settings."""
    return [name for name, kind in parameters(function).items() if kind is not Path and name != "device"]


if __name__ == "__main__":
    main()
