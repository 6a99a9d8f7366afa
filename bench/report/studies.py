"""Parameter studies: what a setting does to a method; in: studies.csv, out: one table per study and data set."""

from collections.abc import Iterator

import pandas as pd

from bench.records.names import STUDY_METRICS, heading, label
from bench.report.cells import mean_sd, summarise, table
from bench.report.codes import digits
from bench.report.results import NOT_IN_PRESET, Place, Results

TEXT = """\
## Studies: what a setting does

One setting varied, all others as usual; mean ± standard deviation over seeds. Every number is in
[studies.csv](tables/studies.csv)."""


def studies(results: Results) -> str:
    """Return what every study measured on every data set."""
    return "\n\n".join([TEXT, *(part for name in results.plan["config"]["studies"] for part in _study(name, results))])


def _study(name: str, results: Results) -> Iterator[str]:
    study = results.plan["config"]["studies"][name]
    rows = results.studies[results.studies["study"] == name]
    if rows.empty:
        yield f"- {study['does']}: {NOT_IN_PRESET}"
        return
    link = f"[Figure](figures/figure_{name}.png)." if name in results.plan["figures"] else ""
    names = {variant: label(settings) for variant, settings in study["variants"].items()}
    yield f"### {study['does'].capitalize()}\n\n{link}".strip()
    for dataset, own in rows.groupby("dataset", sort=False):
        yield f"{results.title(Place(dataset, None))}:"
        yield _table(own.assign(variant=own["variant"].map(names)), study["does"], results)


def _table(rows: pd.DataFrame, does: str, results: Results) -> str:
    metrics = [name for name in STUDY_METRICS if (rows["metric"] == name).any()]
    lines = [
        [variant, f"{setting:g}", *_cells(own, metrics, results)]
        for (variant, setting), own in rows.groupby(["variant", "setting"], sort=False)
    ]
    return table(["", does, *map(heading, metrics)], lines)


def _cells(rows: pd.DataFrame, metrics: list[str], results: Results) -> list[str]:
    by_metric = {row.metric: row for row in summarise(rows).itertuples()}
    return [
        mean_sd(by_metric[name], digits(name, results)) if name in by_metric else "not measured" for name in metrics
    ]
