"""Tables of a suite in work; in: the files of finished jobs, out: partial/tables.md, cells still to come marked.

The same tables as in tables.md, by the same code. Verdicts, rankings and other conclusions wait for the whole.
"""

import time
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import pandas as pd

from bench.records.files import read_json, writing
from bench.records.gather import metric_tables, stack_metrics
from bench.records.names import PAPER_DATA, REFERENCE
from bench.records.origin import REPOSITORY
from bench.records.tables import read_table
from bench.report.cells import BREAK
from bench.report.classification import table_2
from bench.report.codes import ablations, controls, reconstruction, spectra
from bench.report.generation import table_1
from bench.report.interpolation import interpolation
from bench.report.results import Place, Results
from bench.watch.status import Status

SECTIONS = (table_1, table_2, ablations, spectra, reconstruction, interpolation, controls)
PENDING = "pending"
PAPER = REPOSITORY / "config" / "paper.csv"
EVERY = 60.0  # seconds between two versions
TEXT = """\
# Part of the tables: preset `{preset}`, {done} of {whole} jobs done

What the finished jobs measured. `{pending}`: not measured yet; `2 {pending}`: so many seeds of a mean are to come. What
Snakemake will make again, because its inputs changed, still has its old number here. There are no verdicts before all
numbers are there.{absent}"""


@dataclass(frozen=True)
class PartialResults(Results):
    """What is measured so far; the plan holds the data sets that are there. `whole`: the plan; `missing`: data set and
    variant of every table of numbers to come.
    """

    whole: dict[str, Any]
    missing: frozenset[tuple[str, str]]

    def reason(self, place: Place, variant: str, absent: str | None) -> str:
        """Return why nothing was measured; of a data set that is not there nothing is yet."""
        waits = self._awaited(place) or (place.dataset, variant) in self.missing
        return PENDING if waits and not absent else super().reason(place, variant, absent)

    def title(self, place: Place) -> str:
        """Return how headings call a data set."""
        return f"{place.paper.title}: {PENDING}" if self._awaited(place) else super().title(place)

    def cell(self, place: Place, variant: str, metric: str, digits: int, absent: str | None = None) -> str:
        """Return a cell of `Results`, and how many seeds of its mean are to come."""
        text, row = super().cell(place, variant, metric, digits, absent), self.row(place, variant, metric)
        left = len(self.plan["seeds"]) - row.n_planned if row and variant != REFERENCE else 0
        return f"{text}{BREAK}{left} {PENDING}" if left else text

    def _awaited(self, place: Place) -> bool:
        """Tell whether a place of the paper's data has none of ours yet, but will."""
        roles = [role for role, paper in PAPER_DATA.items() if paper == place.paper]
        return place.dataset is None and any(self.whole["roles"].get(role) in self.whole["datasets"] for role in roles)


class Partial:
    """Keeps a results folder's partial tables up to date, and removes them when the suite is done."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "partial" / "tables.md"
        self.folder, self.written = folder, 0.0

    def update(self, plan: dict[str, Any], status: Status) -> None:
        """Write the tables, if the last ones are old enough."""
        if not (status.running or status.failed or status.waiting):
            self.path.unlink(missing_ok=True)
        elif time.monotonic() - self.written > EVERY and (text := partial_tables(plan, self.folder, status)):
            self.written = time.monotonic()
            with writing(self.path) as temporary:
                temporary.write_text(text, encoding="utf-8")


def partial_tables(plan: dict[str, Any], folder: Path, status: Status) -> str:
    """Return the tables of what is there; nothing if no job has measured anything."""
    there = [name for name in plan["datasets"] if (folder / "data" / name / "data.json").exists()]
    tables = metric_tables(plan, folder)
    found = [each for each in tables if each[0].exists() and each[1][0] in there]
    if not found:
        return ""
    reduced = plan | {
        "datasets": {name: plan["datasets"][name] for name in there},
        "config": plan["config"] | {"datasets": there},
        "runs": [run for run in plan["runs"] if run["dataset"] in there],
    }
    data = {name: read_json(folder / "data" / name / "data.json") for name in there}
    later = {field.name: pd.DataFrame() for field in fields(Results) if field.type is pd.DataFrame}
    given = later | {"metrics": stack_metrics(found), "paper": read_table(PAPER)}
    missing = frozenset(labels[:2] for path, labels in tables if not path.exists())
    results = PartialResults(reduced, folder, data, **given, whole=plan, missing=missing)
    absent = [name for name in plan["datasets"] if name not in there]
    text = TEXT.format(
        preset=plan["preset"],
        done=len(status.done),
        whole=sum(map(len, status)),
        pending=PENDING,
        absent=f"\nNothing is there yet of {', '.join(absent)}." if absent else "",
    )
    return "\n\n".join([text, *(section(results) for section in SECTIONS)]) + "\n"
