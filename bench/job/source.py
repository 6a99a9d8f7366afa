"""Which code a job runs: the commit, whether the sources differ from it, and a digest of what decides the numbers.

Taken when a job begins, before that code is loaded: what is edited or committed later is not what ran.
"""

import hashlib
import os
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[2]
SOURCES = ("bench", "config", "workflow", "Snakefile")  # what can change a number
UNKNOWN = "unknown"  # the commit, where there is no repository; the digest, where nobody named the files

_taken: dict[str, Any] = {}


def take(files: Iterable[Path]) -> None:
    """Remember the source of this process; `files` are the code that the workflow names as its rule's input."""
    _taken.update(source(files))


def taken() -> dict[str, Any]:
    """Return `commit`, `dirty` and `code`: as the job began or, in a process that is no job, as they are now."""
    return dict(_taken or source([]))


def source(files: Iterable[Path]) -> dict[str, Any]:
    """Return the commit of this checkout, whether its sources differ from it, and the digest of files in it."""
    return {
        "commit": _git("rev-parse", "HEAD") or UNKNOWN,
        "dirty": bool(_git("status", "--porcelain", "--", *SOURCES)),
        "code": digest(files) or UNKNOWN,
    }


def digest(files: Iterable[Path]) -> str:
    """Return the SHA-256 of files' places in the repository and their bytes, nothing if there are no files."""
    whole = hashlib.sha256()
    paths = sorted({path.resolve() for path in files})
    for path in paths:
        whole.update(f"{path.relative_to(REPOSITORY).as_posix()}\0".encode() + path.read_bytes() + b"\0")
    return whole.hexdigest() if paths else ""


def _git(*arguments: str) -> str:
    command = ["git", "-C", os.fspath(REPOSITORY), *arguments]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""
