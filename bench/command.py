"""What every `python -m bench.<rule>` shares: errors that a user can mend end in one line."""

import os
import select
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType

WORKFLOW = "BENCH_WORKFLOW"  # the process that started this job and without which it must not go on
GRACE = 5  # seconds to unwind


class Stop(Exception):
    """An error the user can mend; its message says what is wrong, where, and what to do."""


def run(main: Callable[[], None]) -> None:
    """Call `main`; a `Stop` becomes one line on stderr and exit code 1, any other exception is a bug."""
    for cancelled in (signal.SIGTERM, signal.SIGINT):
        signal.signal(cancelled, _exit)  # unwinds, so that no temporary file stays
    _end_with(os.environ.get(WORKFLOW))
    try:
        main()
    except Stop as stop:
        sys.exit(f"bench.{Path(sys.argv[0]).stem}: {stop}")


def _end_with(workflow: str | None) -> None:
    """Let this job end when the Snakemake that started it does: killed, it cannot take its jobs with it.

    Jobs started by hand have none. Only Linux tells a process of the end of one that is not its child.
    """
    if workflow is None or not hasattr(os, "pidfd_open"):
        return
    try:
        process = os.pidfd_open(int(workflow))
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


def _exit(number: int, frame: FrameType | None = None) -> None:
    sys.exit(128 + number)
