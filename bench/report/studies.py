"""Parameter studies: what a setting does to a method; in: studies.csv, out: one table per study and data set."""

from collections.abc import Iterator

import pandas as pd

from bench.records.names import STUDY_METRICS, heading, label
from bench.report.cells import ABSENT, mean_sd, prose, summarise, table
from bench.report.results import Place, Results

TEXT = """\
One setting varied, all others as usual; ranks and the variance explained are of all test images. Every number is in
[studies.csv](tables/studies.csv)."""
NONE = "Not run in this preset: {}. The README says how to add them."


def studies(results: Results) -> str:
    """Return what every study measured on every data set, and which did not run."""
    settings, ran = results.plan["config"]["studies"], set(results.studies["study"])
    parts = [part for name in settings if name in ran for part in _study(name, results)]
    absent = "; ".join(study["does"] for name, study in settings.items() if name not in ran)
    return "\n\n".join([TEXT, *parts, *([prose(NONE.format(absent))] if absent else [])])


def _study(name: str, results: Results) -> Iterator[str]:
    study = results.plan["config"]["studies"][name]
    rows = results.studies[results.studies["study"] == name]
    link = f"[Figure](figures/figure_{name}.png)." if name in results.plan["figures"] else ""
    names = {variant: label(settings) for variant, settings in study["variants"].items()}
    yield f"## {study['does'].capitalize()}\n\n{link}".strip()
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
    return [mean_sd(by_metric[name], results.digits(name)) if name in by_metric else ABSENT for name in metrics]
