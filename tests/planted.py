"""Planting faults in a results folder, and what `bench.check` finds there."""

import re

from bench.checks import check
from bench.checks.folder import Folder

RUN = "runs/mnist5k/irmae-l8/0-1"


def findings(folder, severity="error"):
    """Return the findings of a severity as `check where message`."""
    return [f"{f.check} {f.where}: {f.message}" for f in check(Folder(folder)) if f.severity == severity]


def edit(path, pattern, replacement, count=1):
    text = path.read_text(encoding="utf-8")
    changed = re.sub(pattern, replacement, text, count=count, flags=re.MULTILINE)
    assert changed != text
    path.write_text(changed, encoding="utf-8")
