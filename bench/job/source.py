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
UNKNOWN = "unknown"  # the digest, where nobody named the files; the commit begins with it, and the reason follows
# Neither the user's settings of git nor another git at work may change the answer.
OPTIONS = ("-c", "core.fsmonitor=false", "-c", "core.quotePath=true")

_taken: dict[str, Any] = {}


def take(files: Iterable[Path]) -> None:
    """Remember the source of this process; `files` are the code that the workflow names as its rule's input."""
    _taken.update(source(files))


def taken() -> dict[str, Any]:
    """Return `commit`, `dirty` and `code`: as the job began or, in a process that is no job, as they are now."""
    return dict(_taken or source([]))


def source(files: Iterable[Path]) -> dict[str, Any]:
    """Return the commit of this checkout, whether its sources differ from it, and the digest of files in it.

    Where the commit cannot be known, it is `unknown` with the reason, and `dirty` is None.
    """
    try:
        commit, dirty = _head(), bool(_git("status", "--porcelain", "--untracked-files=all", "--", *SOURCES))
    except LookupError as why:
        commit, dirty = f"{UNKNOWN} ({why})", None
    return {"commit": commit, "dirty": dirty, "code": digest(files) or UNKNOWN}


def edited(files: Iterable[Path]) -> bool:
    """Tell whether files that this process took differ by now from what they were."""
    return bool(_taken) and _taken["code"] != (digest(files) or UNKNOWN)


def digest(files: Iterable[Path]) -> str:
    """Return the SHA-256 of files' places in the repository and their bytes, nothing if there are no files."""
    whole = hashlib.sha256()
    paths = sorted({path.resolve() for path in files})
    for path in paths:
        whole.update(f"{path.relative_to(REPOSITORY).as_posix()}\0".encode() + path.read_bytes() + b"\0")
    return whole.hexdigest() if paths else ""


def _head() -> str:
    """Return the commit of this folder's own repository, not of one that it happens to lie in."""
    top = Path(_git("rev-parse", "--show-toplevel"))
    if top.resolve() != REPOSITORY:
        raise LookupError(f"the suite lies in another repository, {top.name}: clone it, do not copy its files")
    return _git("rev-parse", "HEAD")


def _git(*arguments: str) -> str:
    """Return what git prints. Raises LookupError with what it says if it fails."""
    command = ["git", *OPTIONS, "-C", os.fspath(REPOSITORY), *arguments]
    clean = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    environment = clean | {"GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True, env=environment).stdout.strip()
    except FileNotFoundError as error:
        raise LookupError("git is not installed") from error
    except subprocess.CalledProcessError as error:
        raise LookupError(_reason(error.stderr)) from error


def _reason(said: str) -> str:
    """Return why git does not answer, and the way out."""
    if "not a git repository" in said:
        return "no repository here: clone the suite"
    if "dubious ownership" in said:
        return f"the folder is another user's: git config --global --add safe.directory {REPOSITORY.name}"
    return said.strip().splitlines()[0] if said.strip() else "git failed"
