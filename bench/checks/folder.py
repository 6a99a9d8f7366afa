"""A finished results folder as the checks see it, and what they find."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, NamedTuple

import pandas as pd

from bench.aggregate import REFERENCE_STEP, read_table
from bench.command import Stop
from bench.files import read_json

PLAN_KEYS = {"config", "datasets", "figures", "retrained", "runs", "seeds"}
AGAIN = "delete it and run the workflow again"


class Finding(NamedTuple):
    """An error makes a number untrustworthy, a warning must be known to a reader, a note may be."""

    severity: Literal["error", "warning", "note"]
    check: str
    where: str
    message: str


def error(check: str, where: str, message: str) -> Finding:
    """Return the finding of a number that cannot be trusted."""
    return Finding("error", check, where, message)


def warning(check: str, where: str, message: str) -> Finding:
    """Return the finding of something a reader must know."""
    return Finding("warning", check, where, message)


def note(check: str, where: str, message: str) -> Finding:
    """Return the finding of something a reader may want to know."""
    return Finding("note", check, where, message)


@dataclass(frozen=True)
class Folder:
    """A results folder: its plan, the runs' files, the tables. Files are read once."""

    root: Path

    @cached_property
    def plan(self) -> dict[str, Any]:
        """The plan, or a stop: without it nobody knows what should be here."""
        path = self.root / "plan.json"
        if not path.is_file():
            raise Stop(f"{path} is missing: give the folder of a finished run, on the machine it ran on")
        try:
            plan = read_json(path)
        except ValueError as error:
            raise Stop(f"{path} cannot be read ({error}): run the workflow again") from error
        if PLAN_KEYS - set(plan):
            raise Stop(f"{path} is of another version of this suite: run the workflow again")
        return plan

    @property
    def runs(self) -> list[dict[str, Any]]:
        """Every run, those of other protocols included."""
        return self.plan["runs"] + self.plan["retrained"]

    @cached_property
    def trained(self) -> list[dict[str, Any]]:
        """The runs that keep a provenance: all but the supervised ones."""
        return [run for run in self.runs if (self.root / run["path"] / "provenance.json").is_file()]

    @cached_property
    def provenance(self) -> dict[str, dict[str, Any]]:
        """The provenance of every trained run, by its path."""
        return {run["path"]: read_json(self.root / run["path"] / "provenance.json") for run in self.trained}

    @cached_property
    def history(self) -> pd.DataFrame:
        """tables/history.csv: the loss of every seed and epoch."""
        return self.table("history")

    @cached_property
    def metrics(self) -> pd.DataFrame:
        """tables/metrics.csv: every number."""
        return self.table("metrics")

    def table(self, name: str) -> pd.DataFrame:
        """Return a table of tables/."""
        path = self.root / "tables" / f"{name}.csv"
        if not path.is_file():
            raise Stop(f"{path} is missing: run the workflow to its end first")
        return read_table(path)

    def data(self, dataset: str) -> dict[str, Any]:
        """Return data.json of a data set."""
        return read_json(self.root / "data" / dataset / "data.json")

    def metric_files(self, run: dict[str, Any]) -> list[Path]:
        """Return the tables of numbers of a run that are there."""
        paths = [self.root / run["path"] / "metrics" / f"{step}.csv" for step in run["metrics"]]
        return [path for path in paths if path.is_file()]

    def references(self) -> dict[str, Path]:
        """Return the tables of floor and ceiling by data set, where they are there."""
        names = dict.fromkeys([*self.plan["datasets"], *(run["dataset"] for run in self.plan["retrained"])])
        paths = {name: self.root / "data" / name / f"{REFERENCE_STEP}.csv" for name in names}
        return {name: path for name, path in paths.items() if path.is_file()}

    def name(self, path: Path) -> str:
        """Return how findings call a file."""
        return str(path.relative_to(self.root))


def listed(items: Iterable[Any], most: int = 5) -> str:
    """Return the first few items and how many there are more."""
    names = [str(item) for item in items]
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")
