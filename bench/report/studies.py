"""Parameter studies: what a setting does to a method; in: studies.csv, out: one table per study and data set."""

from typing import Any

import pandas as pd

from bench.report.cells import measured, summarise, table
from bench.report.codes import DIGITS, heading
from bench.report.results import Place, Results

METRICS = ("rank:0.01", "effective_rank", "explained_variance", "fid:gmm", "error:100:best")
TEXT = """\
## Parameter studies

One setting of a method varied, all others as usual; mean ± standard deviation over seeds. Every number is in
[studies.csv](tables/studies.csv)."""


def studies(results: Results) -> str:
    """Return what every study measured on every data set."""
    parts = [TEXT]
    for (study, dataset), rows in results.studies.groupby(["study", "dataset"], sort=False):
        link = f" ([figure](figures/figure_{study}.png))" if study in results.plan["figures"] else ""
        parts += [f"### {study}, {results.title(Place(dataset, None))}{link}", _table(rows, results)]
    return "\n\n".join(parts)


def settings(rows: pd.DataFrame) -> list[Any]:
    """Return the settings of a study: numbers by size, words as they come."""
    found = list(rows["setting"].unique())
    return found if any(isinstance(setting, str) for setting in found) else sorted(found)


def _table(rows: pd.DataFrame, results: Results) -> str:
    metrics = [name for name in METRICS if (rows["metric"] == name).any()]
    lines = [
        [results.labels.get(variant, variant), str(setting), *_cells(own[own["setting"] == setting], metrics)]
        for variant, own in rows.groupby("variant", sort=False)
        for setting in settings(own)
    ]
    return table(["", "setting", *map(heading, metrics)], lines)


def _cells(rows: pd.DataFrame, metrics: list[str]) -> list[str]:
    found = {row.metric: measured(row, DIGITS[row.metric.split(":")[0]]) for row in summarise(rows).itertuples()}
    return [found.get(name, "not measured") for name in metrics]
