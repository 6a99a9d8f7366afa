"""Watching a suite in work: `python -m bench.watch RESULTS`, from any terminal or machine that sees the folder.

Shows a line per running job and how far the whole is, weighted by what jobs cost, and keeps what finished jobs measured
in RESULTS/partial/tables.md. It ends with the suite; Ctrl-C ends it sooner and stops nothing else.
"""

import argparse
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from rich.console import Console
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table

from bench.job.command import run
from bench.records.jobs import Job
from bench.watch.expected import Left, at_once, expected, job_left, left
from bench.watch.partial import Partial
from bench.watch.rates import read_plan
from bench.watch.status import Running, Status, alive, read_suite, status

LOOK = 2.0  # seconds between two looks at the files, on a terminal
LINE = 30.0  # seconds between two lines where stdout is none
SHARE = 0.3  # most of its time that looking takes, on slow file systems
BAR = 24  # characters


class View(NamedTuple):
    """What is seen at one look: the jobs, their seconds and what is left."""

    status: Status
    costs: dict[Job, float | None]
    left: Left


class Watched:
    """A suite that is watched until it ends, or until `process` (if any) does."""

    def __init__(self, folder: Path, process: int | None) -> None:
        self.folder, self.process = folder, process
        self.began = time.time()
        self.partial = Partial(folder)
        self.costs: tuple[Any, dict[Job, float | None]] = (None, {})

    def lasts(self) -> bool:
        """Tell whether there is anything to wait for; a suite that has not begun yet is waited for."""
        if self.process:
            return alive(self.process)
        suite = read_suite(self.folder)
        return suite is None or suite.lives()

    def look(self) -> View | None:
        """Return what is seen now and bring the partial tables up to date; None before there is a plan."""
        if not (self.folder / "plan.json").exists():
            return None
        plan, suite, now = read_plan(self.folder), read_suite(self.folder), time.time()
        since = self.began if self.process else suite.started if suite else now
        found = status(plan, self.folder, since, now)
        if self.costs[0] != (plan, found.done):
            self.costs = (plan, found.done), expected(plan, self.folder)
            self.partial.update(plan, found)
        costs = self.costs[1]
        return View(found, costs, left(found, costs, at_once(found, self.folder, now)))


def watch(watched: Watched, show: Callable[[View | None], None], pause: float) -> None:
    """Show one look after the other until the suite ends or the watching is ended."""
    try:
        while watched.lasts():
            begun = time.monotonic()
            show(watched.look())
            time.sleep(max(pause, (time.monotonic() - begun) / SHARE))
    except SystemExit:  # SIGINT or SIGTERM
        pass
    show(watched.look())


def summary(view: View | None) -> tuple[str, str]:
    """Return how far the whole is, and the time left."""
    if view is None:
        return "nothing is planned yet", ""
    done, running, failed, waiting = view.status
    states = [f"{len(jobs)} {word}" for word, jobs in (("running", running), ("failed", failed)) if jobs]
    whole = len(done) + len(running) + len(failed) + len(waiting)
    parts = [f"about {duration(view.left.seconds)} left"] if waiting or running else []
    parts += [f"{view.left.unknown} jobs of unknown length"] if view.left.unknown else []
    return ", ".join([f"{len(done)} of {whole} jobs done", *states]), " and ".join(parts)


def describe(running: Running, view: View) -> tuple[str, str, str]:
    """Return a running job's name, what it is at, and the time it has left."""
    match, seconds = running.progress, job_left(running, view.costs)
    at = f"{match['done']}/{match['total']} {match['what']}" if match else f"for {duration(running.seconds)}"
    return name(running.job), at, "" if seconds is None else f"{duration(seconds)} left"


def name(job: Job) -> str:
    """Return a job's name as its log has it: rule, data set, variant, seeds."""
    return job.benchmark.removeprefix("benchmarks/").removesuffix(".tsv").replace("/", " ", 1)


def duration(seconds: float) -> str:
    """Return seconds in words: 42 s, 12 min, 3.5 h."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def drawn(view: View | None, height: int) -> Table:
    """Return the live view: the whole, the running jobs as far as the terminal is high, those that failed."""
    table = Table.grid(padding=(0, 1))
    text, rest = summary(view)
    share = view.left.share if view else 0.0
    table.add_row("all jobs", ProgressBar(1.0, share, BAR), f"{share:.0%}  {text}", rest)
    for running in view.status.running[: height - 4] if view else []:
        title, at, rest = describe(running, view)
        match = running.progress
        numbers = [float(match[key].replace(",", "")) for key in ("total", "done")] if match else [1.0, 0.0]
        table.add_row(title, ProgressBar(*numbers, BAR), at, rest)
    for job, last in view.status.failed[: height - 4] if view else []:
        table.add_row(f"failed: {name(job)}", "", last)
    return table


def line(view: View | None) -> str:
    """Return the view as one line."""
    if view is None:
        return summary(view)[0]
    running = ["  ".join(filter(None, describe(each, view))) for each in view.status.running]
    failed = [f"failed: {name(job)}: {last}" for job, last in view.status.failed]
    return "; ".join([f"{view.left.share:.0%}  " + "  ".join(filter(None, summary(view))), *running, *failed])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("results", type=Path)
    parser.add_argument("--pid", type=int, help="watch as long as this process lives, such as one about to begin")
    arguments = parser.parse_args()
    console, watched = Console(highlight=False, markup=False), Watched(arguments.results, arguments.pid)
    if not console.is_terminal:
        watch(watched, lambda view: print(line(view), flush=True), LINE)
        return
    with Live(console=console, refresh_per_second=2) as live:
        watch(watched, lambda view: live.update(drawn(view, console.height)), LOOK)


if __name__ == "__main__":
    run("watch", main)
