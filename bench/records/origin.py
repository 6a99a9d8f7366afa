"""Where numbers come from: the commit and the inputs that made a file.

Without torch, so that rules which do without it start quickly.
"""

import os
import subprocess
from pathlib import Path
from typing import Any

from bench.records.files import sha256

REPOSITORY = Path(__file__).resolve().parents[2]
SOURCES = ("bench", "config", "workflow", "Snakefile")  # what can change a number
UNKNOWN = "unknown"  # the commit, where there is no repository


def commit() -> dict[str, Any]:
    """Return the commit of this checkout, what identifies bench/ in it, and whether its sources differ from it.

    Two commits with one `tree` have the same bench/, so their numbers may stand side by side.
    """
    return {
        "commit": _git("rev-parse", "HEAD") or UNKNOWN,
        "tree": _git("rev-parse", "HEAD:bench") or UNKNOWN,
        "dirty": bool(_git("status", "--porcelain", "--", *SOURCES)),
    }


def origin(step: str, spec: Path | None = None, **more: Any) -> dict[str, Any]:
    """Return the origin of a table of numbers: its step, the commit, its run's specification and `more`."""
    run = {"spec_sha256": sha256(spec)} if spec else {}
    return {"step": step, **commit(), **run, **more}


def _git(*arguments: str) -> str:
    command = ["git", "-C", os.fspath(REPOSITORY), *arguments]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""
