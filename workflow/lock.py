"""One run per working folder: a lock that the kernel keeps, so that no kill leaves it behind."""

import fcntl
import sys
from pathlib import Path

from snakemake.logging import logger

# The lock's open file: the kernel frees the lock when this process ends, however it ends. Jobs do not inherit it.
HELD = []


def lock_folder(lock: Path) -> None:
    """Lock the working folder until this process ends, or end it because another run holds the lock."""
    lock.parent.mkdir(exist_ok=True)
    file = lock.open("a")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        sys.exit(f"another run is going on in {Path.cwd()}: wait for it or stop it")
    except OSError as error:
        logger.warning(f"{lock} cannot be locked ({error}): see to it that no second run is started in {Path.cwd()}")
    HELD.append(file)
