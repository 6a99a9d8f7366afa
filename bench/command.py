"""What every `python -m bench.<rule>` shares: errors that a user can mend end in one line."""

import sys
from collections.abc import Callable
from pathlib import Path


class Stop(Exception):
    """An error the user can mend; its message says what is wrong, where, and what to do."""


def run(main: Callable[[], None]) -> None:
    """Call `main`; a `Stop` becomes one line on stderr and exit code 1, any other exception is a bug."""
    try:
        main()
    except Stop as stop:
        sys.exit(f"bench.{Path(sys.argv[0]).stem}: {stop}")
