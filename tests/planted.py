"""Planting faults in a results folder, and what `bench.checks` finds there."""

import re

from synthetic_results import PUBLISHED, write_numbers

from bench.checks.every import check
from bench.checks.folder import Folder
from bench.records.tables import write_table
from bench.report.results import read_results
from bench.tables import long_tables

RUN = "runs/mnist5k/irmae/0-1"


def findings(folder, severity="error"):
    """Return the findings of a severity as `check where message`."""
    return [f"{f.check} {f.where}: {f.message}" for f in check(Folder(folder)) if f.severity == severity]


def follow(folder):
    """Let all tables follow from the planted files; tables.md, which no check reads, stays as it is."""
    write_numbers(folder)
    for name, table in long_tables(read_results(folder / "plan.json", folder, PUBLISHED)).items():
        write_table(folder / "tables" / f"{name}.csv", table)


def edit(path, pattern, replacement, count=1):
    text = path.read_text(encoding="utf-8")
    changed = re.sub(pattern, replacement, text, count=count, flags=re.MULTILINE)
    assert changed != text
    path.write_text(changed, encoding="utf-8")
