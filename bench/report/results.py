"""What every section of tables.md reads; in: plan, data.json, aggregated tables, paper.csv, out: cells."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property, partial
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from bench.linear.study import VARIANTS
from bench.records.files import read_json
from bench.records.names import PAPER_DATA, PAPER_EXTRACTOR, PaperData, dataset_in, labels
from bench.records.tables import read_table
from bench.report.cells import ABSENT, beside_paper, mean_sd, summarise, with_spread

NOT_IN_PRESET = "not run in this preset"
OTHER_NETWORK, PAPERS_NETWORK = "in-domain CNN", "Inception"
OF_LINEAR_STUDY = ("rank_error", "rank_spread:scale")
DIGITS = {
    "effective_rank": 1,
    "rank": 1,
    "rank_error": 2,
    "rank_spread": 2,
    "sampled": 1,
    "mse": 5,
    "explained_variance": 2,
    "fid": 1,  # as in the paper
    "kid": 4,
    "error": 1,
    "singular_value": 3,
    "penalty_share": 4,
    "interpolation": 3,
    "interpolation_fid": 2,
    "midpoint_error": 4,
    "precision": 2,
    "recall": 2,
}
MEASURED = ("metrics", "alternatives", "studies", "runs", "jobs")
JUDGED = ("claims", "cells", "sensitivity", "variance", "family", "ranking")


class Place(NamedTuple):
    """Where a table's numbers are from: our data set (None: not run) and the paper's (None: it has none)."""

    dataset: str | None
    paper: PaperData | None


@dataclass(frozen=True)
class Results:
    """Everything measured by one preset, and everything published.

    plan: plan.json; folder: where the results are; data: data.json by data set; metrics, alternatives, studies,
    runs and jobs: the tables of rule `aggregate`; claims, cells, sensitivity, variance, family and ranking: those of
    rule `judge`; paper:
    config/paper.csv.
    """

    plan: dict[str, Any]
    folder: Path
    data: dict[str, dict[str, Any]]
    metrics: pd.DataFrame
    alternatives: pd.DataFrame
    studies: pd.DataFrame
    runs: pd.DataFrame
    jobs: pd.DataFrame
    claims: pd.DataFrame
    cells: pd.DataFrame
    sensitivity: pd.DataFrame
    variance: pd.DataFrame
    family: pd.DataFrame
    ranking: pd.DataFrame
    paper: pd.DataFrame

    @cached_property
    def summary(self) -> pd.DataFrame:
        """One row per data set, variant and metric, with the columns of long tables (`cells.COLUMNS`)."""
        stand_ins = {paper.dataset: dataset_in(role, self.plan) for role, paper in PAPER_DATA.items()}
        table = beside_paper(summarise(self.metrics), self.paper, stand_ins)
        if not self.fid_is_the_papers:
            # Distances between other features: no difference from the paper's has a meaning.
            table.loc[table["metric"].str.startswith("fid:"), "difference"] = float("nan")
        return table

    @property
    def fid_is_the_papers(self) -> bool:
        """Tell whether FIDs are distances between the features the paper's are."""
        return self.plan["config"]["fid"]["extractor"] == PAPER_EXTRACTOR

    def label(self, variant: str, dataset: str | None = None) -> str:
        """Return how the paper calls a variant on a data set, or on all of them."""
        return self._labels(dataset).get(variant, variant)

    @cached_property
    def _labels(self) -> Callable[[str | None], dict[str, str]]:
        return cache(partial(labels, self.plan))

    def side(self, name: str, dataset: str, metric: str) -> str:
        """Return how a claim calls one of its sides: a variant, an initialisation of the linear study, or a number."""
        return VARIANTS.get(name, name) if metric.startswith(OF_LINEAR_STUDY) else self.label(name, dataset)

    @cached_property
    def _measured(self) -> dict[tuple[str, str, str], Any]:
        return {(row.dataset, row.variant, row.metric): row for row in self.summary.itertuples(index=False)}

    @cached_property
    def _published(self) -> dict[tuple[str, str, str], Any]:
        return {(row.dataset, row.variant, row.metric): row for row in self.paper.itertuples(index=False)}

    @cached_property
    def _variants(self) -> dict[str, list[str]]:
        ran = dict.fromkeys((run["dataset"], run["variant"]) for run in self.plan["runs"])
        return {name: [variant for dataset, variant in ran if dataset == name] for name in self.plan["datasets"]}

    def select(self, *prefixes: str) -> pd.DataFrame:
        """Return the part of `summary` whose metrics start with one of the prefixes."""
        return self.summary[self.summary["metric"].str.startswith(prefixes)]

    def variants(self, dataset: str | None) -> list[str]:
        """Return the variants that ran on a data set, the supervised one included, in the plan's order."""
        return self._variants.get(dataset, [])

    def metric_names(self, dataset: str | None, prefix: str) -> list[str]:
        """Return the metrics measured on a data set that start with `prefix`, in the table's order."""
        chosen = self.metrics[self.metrics["dataset"] == dataset]
        return [name for name in chosen["metric"].unique() if name.startswith(prefix)]

    def places(self, table: str) -> list[Place]:
        """Return the paper's data sets of one of its tables, each with ours in its role, then our others."""
        theirs = set(self.paper.loc[self.paper["table"] == table, "dataset"])
        first = [
            Place(dataset_in(role, self.plan), paper) for role, paper in PAPER_DATA.items() if paper.dataset in theirs
        ]
        taken = {place.dataset for place in first}
        return first + [Place(dataset, None) for dataset in self.data if dataset not in taken]

    def rows_of(self, place: Place, table: str) -> list[str]:
        """Return the variants of a table's rows: the paper's, then ours that it does not have."""
        theirs = self.paper[self.paper["table"] == table]
        names = theirs.loc[theirs["dataset"] == place.paper.dataset, "variant"] if place.paper else []
        return list(dict.fromkeys([*names, *self.variants(place.dataset)]))

    def title(self, place: Place) -> str:
        """Return how headings call a data set."""
        return self.data[place.dataset]["title"] if place.dataset else f"{place.paper.title}: {NOT_IN_PRESET}"

    def tested(self) -> str:
        """Return how many test images each data set has."""
        return ", ".join(f"{record['counts']['test']:,} of {name}" for name, record in self.data.items())

    def orientation(self, place: Place) -> str:
        """Return the warning that belongs under a table whose data are not the paper's, or nothing."""
        if not (place.dataset and place.paper):
            return ""
        train = self.data[place.dataset]["counts"]["train"]
        if (place.dataset, train) == (place.paper.dataset, place.paper.train):
            return ""
        return (
            f"**The paper's numbers are of other data**: {place.paper.train:,} training images of {place.paper.title}, "
            f"here {train:,}."
        )

    def row(self, place: Place, variant: str, metric: str) -> Any:
        """Return a row of `summary`, or None if nothing was measured."""
        return self._measured.get((place.dataset, variant, metric))

    def digits(self, metric: str) -> int:
        """Return the decimals of a metric: in-domain features have unit size, so their distances want one more."""
        kind = metric.split(":")[0]
        return DIGITS[kind] + (kind == "fid" and not self.fid_is_the_papers)

    def cell(self, place: Place, variant: str, metric: str, digits: int | None = None) -> str:
        """Return `mean ± sd`, or that nothing was measured."""
        row = self.row(place, variant, metric)
        return mean_sd(row, self.digits(metric) if digits is None else digits) if row else ABSENT

    def published(self, place: Place, variant: str, metric: str) -> str:
        """Return the paper's number, or that it has none."""
        key = (place.paper.dataset if place.paper else "", variant, metric)
        if key not in self._published:
            return ABSENT
        row = self._published[key]
        return with_spread(row.value, row.sd, DIGITS[metric.split(":")[0]])


def read_results(plan_path: Path, folder: Path, paper: Path) -> Results:
    """Read a results folder and the published numbers."""
    plan = read_json(plan_path)
    tables = {name: read_table(folder / "tables" / f"{name}.csv") for name in (*MEASURED, *JUDGED)}
    records = {name: folder / "data" / name / "data.json" for name in plan["config"]["datasets"]}
    data = {name: read_json(path) for name, path in records.items()}
    return Results(plan, folder, data, **tables, paper=read_table(paper))
