"""A finished results folder as the checks see it, and what they find."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, NamedTuple

import pandas as pd

from bench.job.command import Stop
from bench.records.files import read_json
from bench.records.gather import REFERENCE
from bench.records.plan import every_run
from bench.records.spec import Spec, spec_of
from bench.records.tables import read_table

PLAN_KEYS = {"config", "datasets", "jobs", "retrained", "runs", "seeds", "studied"}
# What the checks read of a file; one that lacks it is broken.
KEYS = {
    "provenance.json": {
        *("commit", "code", "dirty", "spec", "spec_sha256", "data_sha256", "device", "device_name", "torch", "tf32"),
        *("execution", "diverged", "wall_seconds"),
    },
    "data.json": {"counts", "sha256", "shape"},
    "history.csv": {"seed", "epoch", "loss"},
}
TABLE_KEYS = {"seed", "metric", "value"}
BROKEN = (OSError, ValueError, LookupError, TypeError, AttributeError)  # what reading a file of any content raises
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
        except (OSError, ValueError) as error:
            raise Stop(f"{path} cannot be read ({error}): run the workflow again") from error
        if not isinstance(plan, dict) or PLAN_KEYS - set(plan):
            raise Stop(f"{path} is of another version of this suite: run the workflow again")
        return plan

    @property
    def runs(self) -> list[dict[str, Any]]:
        """Every run, those of other protocols included."""
        return every_run(self.plan)

    @cached_property
    def _read(self) -> tuple[dict[Path, Any], dict[Path, str]]:
        content: dict[Path, Any] = {}
        broken: dict[Path, str] = {}
        for path in filter(Path.exists, self._kept()):
            try:
                content[path] = _content(path)
            except BROKEN as error:
                broken[path] = f"{type(error).__name__}: {error}".split("\n")[0]
        return content, broken

    def _kept(self) -> list[Path]:
        runs = [self.root / run["path"] / name for run in self.runs for name in KEYS if name != "data.json"]
        tables = [self.root / run["path"] / "metrics" / f"{step}.csv" for run in self.runs for step in run["metrics"]]
        names = ("data.json", f"{REFERENCE}.csv")
        return [*runs, *tables, *(self.root / "data" / dataset / name for dataset in self.datasets for name in names)]

    @property
    def content(self) -> dict[Path, Any]:
        """What every file of the runs and data that can be read holds: an object or a table."""
        return self._read[0]

    @property
    def broken(self) -> dict[Path, str]:
        """The files that are there but cannot be read, and why; no other check sees them."""
        return self._read[1]

    @property
    def datasets(self) -> list[str]:
        """Every data set, those of other protocols included."""
        return list(dict.fromkeys([*self.plan["datasets"], *(run["dataset"] for run in self.plan["retrained"])]))

    @cached_property
    def trained(self) -> list[dict[str, Any]]:
        """The runs that keep a provenance: all but the supervised ones."""
        return [run for run in self.runs if run["path"] in self.provenance]

    @cached_property
    def provenance(self) -> dict[str, dict[str, Any]]:
        """The provenance of every trained run, by its path."""
        paths = {run["path"]: self.root / run["path"] / "provenance.json" for run in self.runs}
        return {name: self.content[path] for name, path in paths.items() if path in self.content}

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

    @cached_property
    def records(self) -> dict[str, dict[str, Any]]:
        """data.json of every data set."""
        paths = {name: self.root / "data" / name / "data.json" for name in self.datasets}
        return {name: self.content[path] for name, path in paths.items() if path in self.content}

    def steps(self, run: dict[str, Any]) -> dict[str, Path]:
        """Return the tables of numbers of a run that can be read, by their steps."""
        paths = {step: self.root / run["path"] / "metrics" / f"{step}.csv" for step in run["metrics"]}
        return {step: path for step, path in paths.items() if path in self.content}

    def metric_files(self, run: dict[str, Any]) -> list[Path]:
        """Return the tables of numbers of a run that can be read."""
        return [*self.steps(run).values()]

    def spec(self, run: dict[str, Any]) -> Spec | None:
        """Return the specification that the plan has of a run; None where nobody knows the images' shape."""
        record = self.records.get(run["dataset"])
        return spec_of(run, record) if record else None

    def references(self) -> list[tuple[str, Path]]:
        """Return the data set and path of the tables of controls that can be read."""
        paths = [(name, self.root / "data" / name / f"{REFERENCE}.csv") for name in self.datasets]
        return [(name, path) for name, path in paths if path in self.content]

    def name(self, path: Path) -> str:
        """Return how findings call a file."""
        return str(path.relative_to(self.root))


def _content(path: Path) -> Any:
    content = read_json(path) if path.suffix == ".json" else read_table(path)
    if lacking := KEYS.get(path.name, TABLE_KEYS) - set(content):
        raise ValueError(f"lacks {listed(sorted(lacking))}")
    if path.suffix == ".csv" and not pd.api.types.is_integer_dtype(content["seed"]) and len(content):
        raise ValueError("has seeds that are no whole numbers")
    return content


def listed(items: Iterable[Any], most: int = 5) -> str:
    """Return the first few items and how many there are more."""
    names = [str(item) for item in items]
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")
