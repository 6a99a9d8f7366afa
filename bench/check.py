"""Rule `check`: a finished results folder under a hostile reviewer's eye; in: the folder, out: findings.

A finding is no failure of this job: the table of findings stays, and `python -m bench.checks` has an exit code.
"""

from pathlib import Path

import pandas as pd

from bench.checks.every import check, lines
from bench.checks.folder import Finding, Folder
from bench.records.tables import write_table


def main(*, plan: Path, findings: Path) -> None:
    folder = Folder(plan.parent)
    found = check(folder)
    print(*lines(folder, found), sep="\n")
    write_table(findings, pd.DataFrame(found, columns=Finding._fields))
