"""Measure every line of the benchmark table, or those of the modules named; print it and keep it with its machine.

`python -m benchmarks [--device cuda] [MODULE ...]`; results/DEVICE.json keeps the lines of each module.
"""

import argparse
import importlib
from dataclasses import asdict
from pathlib import Path

import torch

from bench.command import run
from bench.files import read_json, write_json
from bench.run import device_of
from benchmarks.machine import machine
from benchmarks.side_by_side import Line

MODULES = ("training", "heads", "fid", "densities", "aggregation", "planning", "levers", "scale")
RESULTS = Path(__file__).parent / "results"


def row(line: Line) -> str:
    """Return a line of the printed table."""
    goal = "" if line.goal is None else f"{'at most' if line.unit == 's' else 'at least'} {line.goal:g}"
    verdict = {True: "met", False: "not met", None: ""}[line.met]
    return f"{line.what:<58} {line.against:<44} {line.value:>8.2f} {line.unit:<5} {goal:<13} {verdict}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("modules", nargs="*", metavar="MODULE", help=f"some of: {', '.join(MODULES)}")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    arguments = parser.parse_args()
    if unknown := set(arguments.modules) - set(MODULES):
        parser.error(f"no such module: {', '.join(sorted(unknown))}; there are {', '.join(MODULES)}")
    device = device_of(arguments.device)
    path = RESULTS / f"{device.type}.json"
    kept = read_json(path) if path.exists() else {}
    for name in arguments.modules or MODULES:
        lines = importlib.import_module(f"benchmarks.{name}").measure(device)
        print(*map(row, lines), sep="\n", flush=True)
        kept[name] = {"machine": machine(device), "lines": [asdict(line) for line in lines]}
        write_json(path, kept)


if __name__ == "__main__":
    run(main)
