"""Watching a suite in work: `python -m bench.watch RESULTS`, from any terminal or machine that sees the folder.

Shows a line per running job and how far the whole is, weighted by what jobs cost. It ends with the suite; Ctrl-C ends
it sooner and stops nothing else.
"""

import argparse
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from rich.console import Console
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table

from bench.job.command import execute
from bench.records.plan import Job, read_plan
from bench.watch.expected import Remaining, expected, job_left, remaining
from bench.watch.status import Running, Status, read_status, read_suite

LOOK = 2.0  # seconds between two looks at the files, on a terminal
LINE = 30.0  # seconds between two lines where stdout is none
SHARE = 0.3  # most of its time that looking takes, on slow file systems
BAR = 24  # characters


class View(NamedTuple):
    """What is seen at one look: the jobs, their seconds, what is left, and whether Snakemake was killed."""

    status: Status
    costs: dict[Job, float | None]
    remaining: Remaining
    killed: bool


def watch(folder: Path, pause: float) -> Iterator[View | None]:
    """Yield one look after the other until the suite ends, one that has not begun yet included; None before there is a
    plan.
    """
    done, costs = None, {}
    while True:
        begun, view, suite = time.monotonic(), None, read_suite(folder)
        if (folder / "plan.json").exists():
            plan = read_plan(folder)
            status = read_status(plan, folder, suite, time.time())
            if status.done != done:  # looking through the costs takes longer
                done, costs = status.done, expected(plan, folder)
            view = View(status, costs, remaining(status, costs), suite is not None and suite.state == "killed")
        yield view
        if suite and suite.state != "running":
            return
        time.sleep(max(pause, (time.monotonic() - begun) / SHARE))


def summary(view: View | None) -> tuple[str, str]:
    """Return how far the whole is, and the time left."""
    if view is None:
        return "nothing is planned yet", ""
    counts = {word: len(jobs) for word, jobs in view.status._asdict().items()}
    states = [f"{counts['done']} of {sum(counts.values())} jobs done"]
    states += [f"{counts[word]} {word}" for word in ("running", "submitted", "failed") if counts[word]]
    states += ["Snakemake was killed"] if view.killed else []
    parts = [f"about {duration(view.remaining.seconds)} left"] if view.remaining.seconds else []
    parts += [f"{view.remaining.unknown} jobs of unknown length"] if view.remaining.unknown else []
    return ", ".join(states), " and ".join(parts)


def describe(running: Running, view: View) -> tuple[str, str, str]:
    """Return a running job's name, what it is at, and the time it has left."""
    told, seconds = running.progress, job_left(running, view.costs)
    at = told.words if told else f"for {duration(running.seconds)}"
    return running.job.name, at, "" if seconds is None else f"{duration(seconds)} left"


def duration(seconds: float) -> str:
    """Return seconds in words: 42 s, 12 min, 3.5 h."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def drawn(view: View | None, height: int) -> Table:
    """Return the live view: the whole, the running jobs as far as the terminal is high, those that failed."""
    table = Table.grid(padding=(0, 1))
    text, rest = summary(view)
    share = view.remaining.share if view else 0.0
    table.add_row("all jobs", ProgressBar(1.0, share, BAR), f"{share:.0%}  {text}", rest)
    for running in view.status.running[: height - 4] if view else []:
        name, at, rest = describe(running, view)
        total, done = (running.progress.total, running.progress.done) if running.progress else (1.0, 0.0)
        table.add_row(name, ProgressBar(total, done, BAR), at, rest)
    for job, last in view.status.failed[: height - 4] if view else []:
        table.add_row(f"failed: {job.name}", "", last)
    return table


def line(view: View | None) -> str:
    """Return the view as one line."""
    if view is None:
        return summary(view)[0]
    running = ["  ".join(filter(None, describe(each, view))) for each in view.status.running]
    failed = [f"failed: {job.name}: {last}" for job, last in view.status.failed]
    return "; ".join([f"{view.remaining.share:.0%}  " + "  ".join(filter(None, summary(view))), *running, *failed])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("results", type=Path)
    folder, console = parser.parse_args().results, Console(highlight=False, markup=False)
    if not console.is_terminal:
        for view in watch(folder, LINE):
            print(line(view), flush=True)
        return
    with Live(console=console, refresh_per_second=2) as live:
        for view in watch(folder, LOOK):
            live.update(drawn(view, console.height))


if __name__ == "__main__":
    execute("watch", main)
