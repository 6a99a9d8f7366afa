"""What each job of a plan costs; in: a results folder in work, out: seconds measured or expected, and the time left."""

from pathlib import Path
from typing import Any, NamedTuple

from bench.records.costs import NAMES, job_cost
from bench.records.plan import Job, every_job
from bench.records.tables import read_table
from bench.watch.rates import predicted, read_rates
from bench.watch.status import Running, Status

EARLIER = "tables/jobs.csv"  # what the jobs of an earlier run cost, perhaps on another machine


class Remaining(NamedTuple):
    """What is left of a suite: the share of all seconds that is done, the wall seconds left, jobs of unknown cost."""

    share: float
    seconds: float
    unknown: int


def expected(plan: dict[str, Any], folder: Path) -> dict[Job, float | None]:
    """Return the seconds of every job: those it took, else by the rates of finished jobs, else those of an earlier run
    at the speed of this one; None where none of these is known.
    """
    took = {job: seconds for job in every_job(plan) if (seconds := job_cost(job, folder)[0]) >= 0}
    before = _earlier(folder)
    both = [job for job in took if before.get(_names(job), 0.0) > 0]
    slower = sum(took[job] for job in both) / sum(before[_names(job)] for job in both) if both else 1.0
    costs = predicted(plan, read_rates(plan, folder), folder) | took
    for job, seconds in costs.items():
        if seconds is None and _names(job) in before:
            costs[job] = before[_names(job)] * slower
    return costs


def remaining(status: Status, costs: dict[Job, float | None]) -> Remaining:
    """Return what is left when as many jobs run at once as do now."""
    waiting = [*status.waiting, *status.submitted]
    going = [job_left(job, costs) or 0.0 for job in status.running]
    done = sum(costs[job] or 0.0 for job in status.done) + sum(job.seconds for job in status.running)
    ahead = sum(costs[job] or 0.0 for job in waiting) + sum(going)
    unknown = sum(costs[job] is None for job in [*waiting, *(running.job for running in status.running)])
    return Remaining(done / max(done + ahead, 1e-9), max([ahead / max(len(going), 1), *going]), unknown)


def job_left(running: Running, costs: dict[Job, float | None]) -> float | None:
    """Return the seconds a running job has left: a training says so itself, other jobs tell of a part of them."""
    said = running.progress.left if running.progress else None
    cost = costs[running.job]
    if cost is None or (said is not None and running.job.rule == "train"):
        return said
    return max(cost - running.seconds, said or 0.0)


def _earlier(folder: Path) -> dict[tuple[str, ...], float]:
    if not (folder / EARLIER).exists():
        return {}
    table = read_table(folder / EARLIER).dropna(subset="wall_seconds")
    names = table[NAMES].fillna("").astype(str).itertuples(index=False, name=None)
    return dict(zip(names, table["wall_seconds"], strict=True))


def _names(job: Job) -> tuple[str, ...]:
    return job.rule, *map(job.value, NAMES[1:])
