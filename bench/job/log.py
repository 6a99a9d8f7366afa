"""A job's log: what it begins and ends with, and the sign that its job lives.

Snakemake sends what a job prints to logs/RULE/NAMES.log. While the job lives, that file's time of change is never older
than a few seconds, so that whoever watches knows a job that was killed, on another machine too.
"""

import os
import platform
import resource
import signal
import sys
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

BEAT = 10.0  # seconds between two signs of life
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
    threading.Thread(target=_beat, daemon=True).start()
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


def peak_memory() -> int:
    """Return the most memory this process has held, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * RSS_UNIT


def job_of_stdout() -> str | None:
    """Return the job in whose log stdout ends, such as `train shapes/ae/0-2`; None if it is no log of a job."""
    try:
        path = os.readlink("/proc/self/fd/1")
    except OSError:  # no such folder outside Linux
        return None
    _, found, name = path.rpartition("/logs/")
    return name.removesuffix(".log").replace("/", " ", 1) if found and path.endswith(".log") else None


def _cause(code: int | str | None) -> str:
    return signal.Signals(code - 128).name if isinstance(code, int) and code > 128 else f"exit code {code}"


def _beat() -> None:
    while True:
        time.sleep(BEAT)
        os.utime(1)
