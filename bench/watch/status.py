"""What a suite is doing; in: the plan, outputs and logs of its jobs, out: which are done, run, have failed.

Files are looked at and never written, so that a suite is not disturbed, whatever machine runs it.
"""

import math
import os
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from bench.job.progress import LINE
from bench.records.files import read_json
from bench.records.jobs import Job, jobs

FRESH = 60.0  # seconds; the log of a job that lives is never that old (bench/job/log.py)
PART = 4096  # bytes at both ends of a log that are read
STARTED = re.compile(r".*: started (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) ")
ENDED = re.compile(r"bench\.\w+: |\w+( \S+)?: (done|stopped by|failed with) ")


class Suite(NamedTuple):
    """Snakemake's run: `running`, `done` or `failed`, its machine, process and when it began (workflow/mark.py)."""

    state: str
    host: str
    process: int
    started: float

    def lives(self) -> bool:
        """Tell whether it runs; of a process on another machine it is believed."""
        return self.state == "running" and (self.host != os.uname().nodename or alive(self.process))


class Running(NamedTuple):
    """A job at work: for how many seconds, and what it last said of its progress."""

    job: Job
    seconds: float
    progress: re.Match | None


class Status(NamedTuple):
    """The jobs of a plan: those done, those running, those failed with their last line, those that wait."""

    done: list[Job]
    running: list[Running]
    failed: list[tuple[Job, str]]
    waiting: list[Job]


def read_suite(folder: Path) -> Suite | None:
    """Return what Snakemake said of itself in a results folder, or None if none has run there."""
    path = folder / "logs" / "suite.json"
    return Suite(**read_json(path)) if path.exists() else None


def alive(process: int) -> bool:
    """Tell whether a process of this machine lives."""
    try:
        os.kill(process, 0)  # asks and sends nothing
    except ProcessLookupError:
        return False
    except PermissionError:  # somebody else's
        pass
    return True


def status(plan: dict[str, Any], folder: Path, since: float, now: float) -> Status:
    """Return the state of every job; a log written after `since` without an output is of one that failed."""
    found = Status([], [], [], [])
    for job in jobs(plan):
        log = log_of(job, folder)
        changed = log.stat().st_mtime if log.exists() else -math.inf
        fresh = now - changed < FRESH
        lines = [*_lines(log)] if fresh else []
        if fresh and not (lines and ENDED.match(lines[-1])):
            found.running.append(_running(job, lines, now))
        elif (folder / job.output).exists():
            found.done.append(job)
        elif changed >= since:
            found.failed.append((job, ([*_lines(log)] or ["it was killed before it said anything"])[-1]))
        else:
            found.waiting.append(job)
    return found


def log_of(job: Job, folder: Path) -> Path:
    """Return a job's log, which has its benchmark file's name."""
    return folder / job.benchmark.replace("benchmarks", "logs", 1).replace(".tsv", ".log")


def _running(job: Job, lines: list[str], now: float) -> Running:
    began = next((match[1] for line in lines if (match := STARTED.match(line))), None)
    progress = next((match for line in reversed(lines) if (match := LINE.match(line))), None)
    return Running(job, now - datetime.fromisoformat(began).timestamp() if began else 0.0, progress)


def _lines(log: Path) -> Iterator[str]:
    """Yield the first and last lines of a log that are not empty."""
    with log.open("rb") as file:
        text = file.read(PART)
        if log.stat().st_size > 2 * PART:
            file.seek(-PART, os.SEEK_END)
        text += b"" if len(text) < PART else file.read()
    yield from filter(None, map(str.strip, text.decode(errors="replace").splitlines()))
