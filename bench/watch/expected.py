"""What each job of a plan costs; in: a results folder in work, out: seconds measured or expected, and the time left."""

from pathlib import Path
from typing import Any, NamedTuple

from bench.records.jobs import COLUMNS, Job, every_run, jobs, read_benchmark
from bench.records.tables import read_table
from bench.watch.plan_cost import predicted
from bench.watch.rates import read_rates
from bench.watch.status import Running, Status

RECENT = 600.0  # seconds over which it is counted how many jobs run at once
MEASURED = "wall_seconds"
EARLIER = "tables/jobs.csv"  # what the jobs of an earlier run cost, perhaps on another machine


def expected(plan: dict[str, Any], folder: Path) -> dict[Job, float | None]:
    """Return the seconds of every job: those it took, else by the rates of finished jobs, else those of an earlier run
    at the speed of this one; None where none of these is known.
    """
    rates, runs = read_rates(plan, folder), {run["path"]: run for run in every_run(plan)}
    every = list(jobs(plan))
    took = {job: seconds for job in every if (seconds := read_benchmark(folder / job.benchmark)[0]) >= 0}
    before = earlier(folder)
    both = [job for job in took if before.get(job[:4], 0.0) > 0]
    slower = sum(took[job] for job in both) / sum(before[job[:4]] for job in both) if both else 1.0
    found: dict[Job, float | None] = {}
    for job in every:
        found[job] = took.get(job, predicted(job, runs, plan, folder, rates))
        if found[job] is None and job[:4] in before:
            found[job] = before[job[:4]] * slower
    return found


def earlier(folder: Path) -> dict[tuple[str, ...], float]:
    """Return the seconds of an earlier run's jobs by rule, data set, variant and seeds."""
    if not (folder / EARLIER).exists():
        return {}
    table = read_table(folder / EARLIER).dropna(subset=MEASURED)
    names = table[COLUMNS[:4]].fillna("").astype(str)
    return dict(zip(names.itertuples(index=False, name=None), table[MEASURED], strict=True))


class Left(NamedTuple):
    """What is left of a suite: the share of all seconds that is done, the wall seconds left, jobs of unknown cost."""

    share: float
    seconds: float
    unknown: int


def left(status: Status, costs: dict[Job, float | None], at_once: float) -> Left:
    """Return what is left when so many jobs run at once."""
    going = [job_left(one, costs) or 0.0 for one in status.running]
    done = sum(costs[job] or 0.0 for job in status.done) + sum(one.seconds for one in status.running)
    ahead = sum(costs[job] or 0.0 for job in status.waiting) + sum(going)
    unknown = sum(costs[job] is None for job in [*status.waiting, *(one.job for one in status.running)])
    return Left(done / max(done + ahead, 1e-9), max(ahead / at_once, *going, 0.0), unknown)


def job_left(running: Running, costs: dict[Job, float | None]) -> float | None:
    """Return the seconds a running job has left: a training says so itself, other jobs tell of a part of them."""
    said = float(running.progress["left"].replace(",", "")) if running.progress else None
    cost = costs[running.job]
    if cost is None or (said is not None and running.job.rule == "train"):
        return said
    return max(cost - running.seconds, said or 0.0)


def at_once(status: Status, folder: Path, now: float) -> float:
    """Return how many jobs ran at once in the last minutes, at least one."""
    spans = [(now - one.seconds, now) for one in status.running]
    for job in status.done:
        path = folder / job.benchmark
        if path.exists() and now - (ended := path.stat().st_mtime) < RECENT:
            spans.append((ended - read_benchmark(path)[0], ended))
    begin = max(now - RECENT, min((start for start, _ in spans), default=now))
    busy = sum(end - max(start, begin) for start, end in spans)
    return max(busy / max(now - begin, 1e-9), 1.0)
