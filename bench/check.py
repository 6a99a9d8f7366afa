"""Rule `check`: a finished results folder under a hostile reviewer's eye; in: the folder, out: findings.

`python -m bench.check results/quick` prints one line per finding and exits with 1 if one is an error: a number
that cannot be trusted.
"""

import argparse
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd

from bench.checks import numbers, origins, sense, sizes, tables
from bench.checks.folder import BROKEN, Finding, Folder
from bench.job.command import Stop, run
from bench.records.tables import write_table

CHECKS: list[Callable[[Folder], Iterator[Finding]]] = [
    origins.complete,
    origins.readable,
    origins.origins,
    origins.batches,
    origins.commits,
    origins.machines,
    origins.data,
    origins.extractors,
    numbers.seeds,
    numbers.references,
    numbers.copies,
    numbers.missing,
    numbers.ranges,
    numbers.spectra,
    tables.tables,
    sizes.counts,
    sizes.epochs,
    sense.limits,
    sense.controls,
    sense.learned,
]
SEVERITIES = ("error", "warning", "note")


def check(folder: Folder) -> list[Finding]:
    """Return what every check finds, the worst first; a file that cannot be read is a finding too."""
    found: list[Finding] = []
    for each in CHECKS:
        try:
            found += each(folder)
        except (*BROKEN, Stop) as error:
            # A folder may be broken in any way; one that breaks a check must not hide what the others find.
            text = f"cannot be checked: {type(error).__name__}: {error}; run the workflow again"
            found.append(Finding("error", each.__name__, str(folder.root), text))
    return sorted(found, key=lambda finding: SEVERITIES.index(finding.severity))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("results", type=Path)
    parser.add_argument("--out", type=Path, help="write the findings as CSV too")
    arguments = parser.parse_args()
    folder = Folder(arguments.results)
    datasets = ", ".join(folder.plan["datasets"])
    found = check(folder)
    for finding in found:
        print(f"{finding.severity.upper():7}  {finding.check:10} {finding.where}: {finding.message}")
    if arguments.out:
        write_table(arguments.out, pd.DataFrame(found, columns=Finding._fields))
    totals = ", ".join(f"{sum(f.severity == name for f in found)} {name}s" for name in SEVERITIES)
    print(f"{arguments.results}: {totals} in {len(folder.runs)} runs on {datasets}")
    if any(finding.severity == "error" for finding in found):
        sys.exit(1)


if __name__ == "__main__":
    run(main)
