"""What a run needs of its working folder before its first job: to be alone in it, and no file from the future."""

import fcntl
import os
import sys
import time
from contextlib import suppress
from pathlib import Path

from snakemake.logging import logger

# The lock's open file: the kernel frees the lock when this process ends, however it ends. Jobs do not inherit it.
HELD = []


def be_alone(lock: Path) -> None:
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


def leave_the_future(*folders: Path) -> None:
    """Set times that lie ahead, of a clock that was moved back, to now: Snakemake fails jobs that read such files."""
    now = time.time()
    for folder in folders:
        for path in folder.rglob("*"):
            with suppress(OSError):  # gone by now, or another user's
                if path.lstat().st_mtime > now:
                    os.utime(path, (now, now), follow_symlinks=False)
