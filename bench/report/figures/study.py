"""Parameter studies: what a setting does to a method; in: studies.csv, out: a figure."""

import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure

from bench.records.names import STUDY_METRICS, heading, label
from bench.report.figures import spectrum
from bench.report.figures.source import Source

SIZE = 2.8, 3.2  # inches, of a panel
EMPTY = 9.0, 0.6  # inches, of a figure that only says why it is empty


def draw(source: Source, name: str) -> Figure:
    """Draw the study of this name: a row of metrics over its setting for each data set, a line per variant."""
    study = source.plan["config"]["studies"][name]
    table = source.table("studies")
    table = table[(table["study"] == name) & table["metric"].isin(STUDY_METRICS)]
    datasets = table["dataset"].unique()
    if not len(datasets):
        whole = Figure(figsize=EMPTY)
        whole.text(0.5, 0.5, f"{study['does']}: not run in this preset", ha="center", va="center", style="italic")
        return whole
    metrics = [metric for metric in STUDY_METRICS if (table["metric"] == metric).any()]
    whole = Figure(figsize=(SIZE[0] * len(metrics), SIZE[1] * len(datasets)), layout="constrained")
    names = {variant: label(settings) for variant, settings in study["variants"].items()}
    table = table.assign(variant=table["variant"].map(names))
    for area, dataset in zip(whole.subfigures(len(datasets), 1, squeeze=False)[:, 0], datasets, strict=True):
        area.suptitle(f"{source.title({'dataset': dataset})}: mean and range of seeds", fontsize=11)
        _row(area, table[table["dataset"] == dataset], metrics, study["does"])
    return whole


def _row(area: SubFigure, rows: pd.DataFrame, metrics: list[str], does: str) -> None:
    own = [metric for metric in metrics if (rows["metric"] == metric).any()]
    row = area.subplots(1, len(metrics), squeeze=False)[0]
    for axes, metric in zip(row, own, strict=False):
        _draw(axes, rows[rows["metric"] == metric])
        axes.set(title=heading(metric), xlabel=does, ylabel="")
    for axes in row[len(own) :]:
        axes.remove()
    spectrum.legend(area, row[0], rows["variant"].nunique())


def _draw(axes: Axes, rows: pd.DataFrame) -> None:
    """Draw settings evenly spaced: those of a study mostly double, and 0 has no place on a logarithmic axis."""
    order, names = sorted(rows["setting"].unique()), list(rows["variant"].unique())
    rows = rows.assign(position=rows["setting"].map(order.index))
    sns.lineplot(
        rows, x="position", y="value", hue="variant", hue_order=names, style="variant", style_order=names,
        markers=True, dashes=False, errorbar=("pi", 100), ax=axes,
    )  # fmt: skip
    axes.set_xticks(range(len(order)), [f"{setting:g}" for setting in order])
