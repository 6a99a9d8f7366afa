"""What every job shares: errors that a user can mend end in one line, and a job ends with the Snakemake it is of."""

import os
import select
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from bench.job.log import logged

WORKFLOW = "BENCH_WORKFLOW"  # the process that started this job (workflow/rules/common.smk)
GRACE = 5  # seconds to unwind
STOPPING = (signal.SIGTERM, signal.SIGINT)

_told: list[int] | None = None  # signals to stop, while a job keeps its work; else None


class Stop(Exception):
    """An error the user can mend; its message says what is wrong, where, and what to do."""


def execute(name: str, main: Callable[[], None]) -> None:
    """Call `main`; a `Stop` becomes one line on stderr and exit code 1, any other exception is a bug.

    `name` says in that line what was run.
    """
    unwind_when_cancelled()
    with logged():
        try:
            main()
        except Stop as stop:
            sys.exit(f"bench.{name}: {stop}")


def end_with_workflow() -> None:
    """Let this job end when the Snakemake that started it does: killed, it cannot take its jobs with it.

    Jobs started by hand have none. Only Linux tells a process of the end of one that is not its child.
    """
    if WORKFLOW not in os.environ or not hasattr(os, "pidfd_open"):
        return
    unwind_when_cancelled()
    try:
        process = os.pidfd_open(int(os.environ[WORKFLOW]))
    except ProcessLookupError:
        _exit(signal.SIGTERM)
    except OSError:  # a kernel before 5.3
        return
    threading.Thread(target=_follow, args=(process,), daemon=True).start()


def _follow(process: int) -> None:
    select.select([process], [], [])  # readable at the end of the process
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE)
    os._exit(128 + signal.SIGTERM)


def unwind_when_cancelled() -> None:
    """Make an exception of the signals that tell a process to stop."""
    for number in STOPPING:
        if signal.getsignal(number) is not signal.SIG_IGN:  # as in a shell's background
            signal.signal(number, _exit)  # so that no temporary file stays


def _exit(number: int, frame: FrameType | None = None) -> None:
    if _told is None:
        sys.exit(128 + number)
    _told.append(number)


@contextmanager
def stopping_itself() -> Iterator[Callable[[], bool]]:
    """Let a job that is told to stop (SIGTERM, SIGINT) go on until it has kept its work: yields a function that says
    whether it was told, and ends the process at the end if so.
    """
    global _told
    _told = []
    try:
        yield lambda: bool(_told)
    finally:
        numbers, _told = _told, None
        if numbers:
            sys.exit(128 + numbers[0])


@contextmanager
def held_back() -> Iterator[None]:
    """Hold back signals to stop (SIGTERM, SIGINT) in what an exception would break; they are heard right after it.

    For the main thread, in which Python acts on signals. To block them there would not do: another thread takes them.
    """
    told: list[int] = []
    before = {number: signal.signal(number, lambda number, frame: told.append(number)) for number in STOPPING}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        for number in told:
            signal.raise_signal(number)
