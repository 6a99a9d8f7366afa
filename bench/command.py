"""What every `python -m bench.<rule>` shares: errors that a user can mend end in one line."""

import signal
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType

from bench.log import logged


class Stop(Exception):
    """An error the user can mend; its message says what is wrong, where, and what to do."""


def run(main: Callable[[], None]) -> None:
    """Call `main`; a `Stop` becomes one line on stderr and exit code 1, any other exception is a bug."""
    for number in (signal.SIGTERM, signal.SIGINT):  # a cancelled job unwinds, so that no temporary file stays
        if signal.getsignal(number) is not signal.SIG_IGN:  # as in a shell's background
            signal.signal(number, _exit)
    with logged():
        try:
            main()
        except Stop as stop:
            sys.exit(f"bench.{Path(sys.argv[0]).stem}: {stop}")


def _exit(number: int, frame: FrameType | None) -> None:
    sys.exit(128 + number)
