"""What a plan will cost: `python -m bench.watch.plan_cost RESULTS [--rates OTHER_RESULTS]`.

Prints per rule and data set how many jobs the plan of RESULTS has, how many are done (their output is there; whether
it is still up to date is Snakemake's to say), and how many seconds the others will take one after another, at the
rates of the finished jobs of RESULTS or of another results folder (bench/watch/rates.py says what these assume). What
was not measured there is unknown and not guessed, and so is training on images that neither folder has. Of a training
its steps alone are counted, not the start of its program.
"""

import argparse
import math
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from bench.job.command import execute
from bench.records.files import read_json
from bench.records.plan import Job, every_run, read_plan
from bench.watch.rates import Kind, predicted, read_rates

ROW = "{:<16} {:<20} {:>6} {:>6}  {}"


class Tally(NamedTuple):
    """Jobs of a rule on a data set: how many, how many done, of how many others the cost is unknown, their seconds."""

    planned: int
    done: int
    unknown: int
    seconds: float


def tallies(costs: dict[Job, float | None], folder: Path) -> dict[tuple[str, str], Tally]:
    """Return how much of a plan is left, by rule and data set in the order of the jobs."""
    parts: dict[tuple[str, str], list[Tally]] = {}
    for job, seconds in costs.items():
        done = all((folder / output).exists() for output in job.outputs)
        one = Tally(1, 1, 0, 0.0) if done else Tally(1, 0, int(seconds is None), seconds or 0.0)
        parts.setdefault((job.rule, job.value("dataset")), []).append(one)
    return {key: total(values) for key, values in parts.items()}


def total(parts: Iterable[Tally]) -> Tally:
    """Return the sum of tallies."""
    return Tally(*map(sum, zip(*parts, strict=True)))


def table(parts: dict[tuple[str, str], Tally]) -> list[str]:
    """Return the printed table."""
    whole = total(parts.values())
    hours = f" = {whole.seconds / 3600:,.1f} hours" if whole.seconds else ""
    return [
        ROW.format("rule", "data set", "jobs", "done", "seconds left, one job at a time"),
        *(ROW.format(*names, part.planned, part.done, _left(part)) for names, part in parts.items()),
        ROW.format("total", "", whole.planned, whole.done, _left(whole) + hours),
    ]


def origins(plan: dict[str, Any], rates: dict[Kind, float], source: Path, devices: list[str]) -> list[str]:
    """Return the lines that say where the numbers come from and what they take for granted."""
    speeds = [f"{kind} networks {1e-9 / seconds:,.1f}" for (rule, kind), seconds in rates.items() if rule == "train"]
    others = [device for device in devices if not device.endswith(f"({plan['device']})")]
    return [
        f"Preset {plan['preset']} on {plan['device']}, at the rates of {source}: {', '.join(devices) or 'no run'}",
        "10^9 operations per second in training: " + (", ".join(speeds) or "not measured"),
        "Every rule but train: as if a job took as long per seed as those measured, whatever its size",
        *([f"The plan runs on {plan['device']}, and these rates do not: {', '.join(others)}"] if others else []),
    ]


def devices_of(plan: dict[str, Any], folder: Path) -> list[str]:
    """Return the machines that the runs of a plan were trained on."""
    paths = [folder / run["path"] / "provenance.json" for run in every_run(plan)]
    records = [read_json(path) for path in paths if path.exists()]
    return [*dict.fromkeys(f"{record['device_name']} ({record['device']})" for record in records)]


def _left(part: Tally) -> str:
    if part.unknown and part.unknown == part.planned - part.done:
        return "unknown"
    return f"{math.ceil(part.seconds):,}" + (f" and {part.unknown} jobs unknown" if part.unknown else "")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("results", type=Path)
    parser.add_argument("--rates", type=Path, metavar="OTHER_RESULTS", help="finished jobs to learn from")
    arguments = parser.parse_args()
    plan, source = read_plan(arguments.results), arguments.rates or arguments.results
    measured = read_plan(source)
    rates = read_rates(measured, source)
    costs = predicted(plan, rates, arguments.results, source)
    lines = origins(plan, rates, source, devices_of(measured, source))
    print(*lines, *table(tallies(costs, arguments.results)), sep="\n")


if __name__ == "__main__":
    execute("watch.plan_cost", main)
