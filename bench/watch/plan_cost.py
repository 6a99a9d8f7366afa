"""What a plan will cost: `python -m bench.watch.plan_cost RESULTS [--rates OTHER_RESULTS]`.

Prints per rule and data set how many jobs the plan of RESULTS has, how many are done (their output is there; whether
it is still up to date is Snakemake's to say), and how many seconds the others will take one after another, at the
rates of the finished jobs of RESULTS or of another results folder (bench/watch/rates.py says what these assume). What
was not measured there is said to be so and not guessed. Of a training its steps alone are counted, not the start of its
program.
"""

import argparse
import math
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from bench.job.command import run
from bench.records.jobs import Job, every_run, jobs
from bench.watch.rates import Rates, read_plan, read_rates, run_operations

ROW = "{:<16} {:<20} {:>6} {:>6}  {}"


class Left(NamedTuple):
    """The jobs of a rule on a data set: how many, how many done, how many of the others not measured, their seconds."""

    planned: int
    done: int
    unknown: int
    seconds: float


def left(plan: dict[str, Any], folder: Path, rates: Rates) -> dict[tuple[str, str], Left]:
    """Return what is left of a plan, by rule and data set, in the order of the jobs."""
    runs = {run["path"]: run for run in every_run(plan)}
    found: dict[tuple[str, str], Left] = {}
    for job in jobs(plan):
        done, seconds = (folder / job.output).exists(), 0.0
        if not done:
            seconds = predicted(job, runs, plan, folder, rates)
        one = Left(1, int(done), int(seconds is None), seconds or 0.0)
        found[job.rule, job.dataset] = added([found.get((job.rule, job.dataset), Left(0, 0, 0, 0.0)), one])
    return found


def predicted(
    job: Job, runs: dict[str, dict[str, Any]], plan: dict[str, Any], folder: Path, rates: Rates
) -> float | None:
    """Return the seconds of a job at these rates, or None if nothing like it was measured; `runs` are by their path."""
    if job.rule != "train":
        return rates.job(job)
    run = runs[job.output.removesuffix("/provenance.json")]
    return rates.training(run, run_operations(run, plan, folder))


def added(parts: Iterable[Left]) -> Left:
    """Return the sum of what is left."""
    return Left(*map(sum, zip(*parts, strict=True)))


def table(found: dict[tuple[str, str], Left]) -> list[str]:
    """Return the printed table."""
    total = added(found.values())
    hours = f" = {total.seconds / 3600:,.1f} hours" if total.seconds else ""
    return [
        ROW.format("rule", "data set", "jobs", "done", "seconds left, one job at a time"),
        *(ROW.format(rule, dataset, part.planned, part.done, _left(part)) for (rule, dataset), part in found.items()),
        ROW.format("total", "", total.planned, total.done, _left(total) + hours),
    ]


def origins(plan: dict[str, Any], rates: Rates, source: Path) -> list[str]:
    """Return the lines that say where the numbers come from and what they take for granted."""
    speeds = [f"{family} networks {speed / 1e9:,.1f}" for family, speed in rates.operations.items()]
    machines = ", ".join(rates.devices) or "no run"
    found = [
        f"Preset {plan['preset']} on {plan['device']}, at the rates of {source}: {machines}",
        "10^9 operations per second in training: " + (", ".join(speeds) or "not measured"),
        "Every rule but train: as if a job took as long per seed as those measured, whatever its size",
    ]
    others = [device for device in rates.devices if not device.endswith(f"({plan['device']})")]
    return found + [f"The plan runs on {plan['device']}, and these rates do not: {', '.join(others)}"] * bool(others)


def _left(part: Left) -> str:
    waiting = part.planned - part.done
    if waiting and part.unknown == waiting:
        return "not measured"
    return f"{math.ceil(part.seconds):,}" + (f" and {part.unknown} jobs not measured" if part.unknown else "")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("results", type=Path)
    parser.add_argument("--rates", type=Path, metavar="OTHER_RESULTS", help="finished jobs to learn from")
    arguments = parser.parse_args()
    plan, source = read_plan(arguments.results), arguments.rates or arguments.results
    rates = read_rates(read_plan(source), source)
    print(*origins(plan, rates, source), *table(left(plan, arguments.results, rates)), sep="\n")


if __name__ == "__main__":
    run("watch.plan_cost", main)
