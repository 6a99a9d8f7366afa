"""Measure every line of the benchmark table, or those of the modules named; keep them with their machine.

`python -m benchmarks [--device cuda] [MODULE ...]` prints the table and writes results/DEVICE.json and DEVICE.md there;
modules that are not named keep the lines of their last run.
"""

import argparse
import importlib
import os
from dataclasses import asdict
from pathlib import Path

import torch

from bench.job.command import execute
from bench.job.device import device_of
from bench.records.files import read_json, write_json, writing
from benchmarks.machine import machine
from benchmarks.side_by_side import Line

MODULES = (
    "training",
    "heads",
    "fid",
    "densities",
    "aggregation",
    "planning",
    "whole",
    "levers",
    "decompositions",
    "scale",
)
RESULTS = Path(__file__).parent / "results"
HEADER = """\
# Speed on {device_name}, {cores} cores

Written by `make benchmark`; every number was measured in turns with what it is held against, in one process. The
JSON file beside this one has the seconds, the spread and the machine of each line. Ratios over 1: the suite is faster.

| what | against | measured | goal | |
|---|---|---|---|---|
"""


def row(line: Line) -> str:
    """Return a line as a row of the table."""
    goal = "" if line.goal is None else f"{'at most' if line.unit == 's' else 'at least'} {line.goal:g}"
    verdict = {True: "met", False: "**not met**", None: ""}[line.met]
    return f"| {line.what} | {line.against} | {line.value:.2f} {line.unit} | {goal} | {verdict} |"


def table(kept: dict) -> str:
    """Return the kept lines of all modules as Markdown, and why a goal was not met."""
    known = [kept[name] for name in MODULES if name in kept]
    lines = [Line(**line) for module in known for line in module["lines"]]
    missed = [f"- {line.what}, against {line.against}: {line.why}" for line in lines if line.met is False and line.why]
    why = ["", "Under their goal:", "", *missed] if missed else []
    return HEADER.format(**known[0]["machine"]) + "\n".join([*map(row, lines), *why]) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("modules", nargs="*", metavar="MODULE", help=f"some of: {', '.join(MODULES)}")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    arguments = parser.parse_args()
    if unknown := set(arguments.modules) - set(MODULES):
        parser.error(f"no such module: {', '.join(sorted(unknown))}; there are {', '.join(MODULES)}")
    os.environ.setdefault("SCIPY_ARRAY_API", "1")  # as in a job (bench/job/__main__.py), before SciPy is imported
    device = device_of(arguments.device)
    path = RESULTS / f"{device.type}.json"
    kept = read_json(path) if path.exists() else {}
    for name in arguments.modules or MODULES:
        lines = importlib.import_module(f"benchmarks.{name}").measure(device)
        print(*map(row, lines), sep="\n", flush=True)
        kept[name] = {"machine": machine(device), "lines": [asdict(line) for line in lines]}
        write_json(path, kept)
    with writing(path.with_suffix(".md")) as temporary:
        temporary.write_text(table(kept), encoding="utf-8")


if __name__ == "__main__":
    execute("benchmarks", main)
