"""A job's log: what it begins and ends with. Snakemake sends what a job prints to logs/RULE/NAMES.log."""

import os
import platform
import re
import resource
import signal
import sys
import time
import traceback
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime

STARTED = re.compile(r"\w+(?: \S+)?: started (\S+ \S+) on ")
RSS_UNIT = 1 if sys.platform == "darwin" else 1024  # what ru_maxrss counts


@contextmanager
def logged() -> Iterator[None]:
    """Frame what a job prints by two lines, `RULE NAMES: started ..` and `RULE NAMES: done ..`, and end the process.

    An exit with a message ends in that message. Where stdout is no job's log nothing is printed.
    """
    name, started = job_of_stdout(), time.monotonic()
    if name is None:
        yield
        return
    print(f"{name}: started {datetime.now():%Y-%m-%d %H:%M:%S} on {platform.node()}, process {os.getpid()}", flush=True)
    code: int | str | None = 0
    end = "done"
    try:
        yield
    except SystemExit as problem:
        code = problem.code
        end = f"stopped by {_cause(code)}"
    except Exception as error:
        code = 1
        end = f"failed with {type(error).__name__}: {str(error).partition(chr(10))[0]}:"
        sys.stdout.flush()
        traceback.print_exc()
    if not isinstance(code, str):
        print(f"{name}: {end} in {time.monotonic() - started:.1f} s, peak memory {peak_memory() / 2**20:.0f} MiB")
    sys.stdout.flush()
    sys.exit(code)


def read_start(lines: Iterable[str]) -> float | None:
    """Return when a job began, in seconds of the clock, by the first lines of its log; None if they do not say."""
    match = next(filter(None, map(STARTED.match, lines)), None)
    return datetime.fromisoformat(match[1]).timestamp() if match else None


def peak_memory() -> int:
    """Return the most memory this process has held, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * RSS_UNIT


def job_of_stdout() -> str | None:
    """Return the job in whose log stdout ends, such as `train shapes/ae/0-2`; None if it is no log of a job."""
    try:
        path = os.readlink("/proc/self/fd/1")
    except OSError:  # no such folder outside Linux
        return None
    _, folder, name = path.rpartition("/logs/")
    return name.removesuffix(".log").replace("/", " ", 1) if folder and path.endswith(".log") else None


def _cause(code: int | str | None) -> str:
    return signal.Signals(code - 128).name if isinstance(code, int) and code > 128 else f"exit code {code}"
