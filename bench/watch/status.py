"""What a suite is doing; in: the plan, Snakemake's events (workflow/events.py), outputs and logs, out: its jobs.

Files are looked at and never written, so that a suite is not disturbed, whatever machine runs it.
"""

import json
import os
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from bench.job.log import read_start
from bench.job.progress import Told, read_progress
from bench.records.plan import Job, every_job

EVENTS = "logs/events.jsonl"
PART = 4096  # bytes at both ends of a log that are read


class Suite(NamedTuple):
    """A run of Snakemake: `running`, `done`, `failed` or `killed`, and the last event of each job it began."""

    state: str
    events: dict[Any, dict[str, Any]]  # by rule and wildcards


class Running(NamedTuple):
    """A job at work: for how many seconds, and what it last said of its progress."""

    job: Job
    seconds: float
    progress: Told | None


class Status(NamedTuple):
    """The jobs of a plan: those done, at work, given to a cluster, failed with their last line, and all others."""

    done: list[Job]
    running: list[Running]
    submitted: list[Job]
    failed: list[tuple[Job, str]]
    waiting: list[Job]


def read_suite(folder: Path) -> Suite | None:
    """Return the last run of Snakemake in a results folder that had jobs to do, or None if there was none."""
    path = folder / EVENTS
    events = []
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else []:
        with suppress(json.JSONDecodeError):  # what a full disk left of one
            events.append(json.loads(line))
    if not events:
        return None
    state = next(event["suite"] for event in reversed(events) if "suite" in event)
    if state == "started":
        state = "running" if alive(events[0]["host"], events[0]["process"]) else "killed"
    jobs = [event for event in events if "job" in event]
    return Suite(state, {(job["rule"], tuple(sorted(job["wildcards"].items()))): job for job in jobs})


def alive(host: str, process: int) -> bool:
    """Tell whether a process lives; of one on another machine it is believed."""
    if host != os.uname().nodename:
        return True
    try:
        os.kill(process, 0)  # asks and sends nothing
    except OSError as problem:
        return isinstance(problem, PermissionError)  # somebody else's
    return True


def read_status(plan: dict[str, Any], folder: Path, suite: Suite | None, now: float) -> Status:
    """Return the state of every job."""
    jobs = Status([], [], [], [], [])
    for job in every_job(plan):
        state = _state(job, folder, suite)
        lines = _ends(folder / job.log) if state in ("running", "failed") else []
        match state:
            case "running":
                said = next(filter(None, map(read_progress, reversed(lines))), None)
                jobs.running.append(Running(job, now - (read_start(lines) or now), said))
            case "failed":
                jobs.failed.append((job, lines[-1] if lines else "it said nothing"))
            case _:
                getattr(jobs, state).append(job)
    return jobs


def _state(job: Job, folder: Path, suite: Suite | None) -> str:
    """Return the field of `Status` a job belongs to. Of a job that began its log tells whether it is past the queue."""
    event = suite.events.get(job[:2]) if suite else None
    if event and event["job"] == "failed":
        return "failed"
    goes_on = event and event["job"] == "started" and suite.state == "running"
    log = folder / job.log
    if goes_on and not (log.exists() and log.stat().st_mtime >= event["time"]):
        return "submitted"
    if all((folder / output).exists() for output in job.outputs):
        return "done"
    return "running" if goes_on else "waiting"


def _ends(log: Path) -> list[str]:
    """Return the first and last lines of a log that are not empty."""
    if not log.exists():
        return []
    with log.open("rb") as file:
        text = file.read(PART)
        if log.stat().st_size > 2 * PART:
            file.seek(-PART, os.SEEK_END)
        text += b"" if len(text) < PART else file.read()
    return [*filter(None, map(str.strip, text.decode(errors="replace").splitlines()))]
