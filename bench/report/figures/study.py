"""Parameter studies: what a setting does to a method; in: studies.csv, out: a figure."""

import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure

from bench.records.names import STUDY_METRICS, heading, label
from bench.report.figures.canvas import empty
from bench.report.figures.source import Source
from bench.report.figures.style import BLACK, WIDTH

HEIGHT = 2.8  # inches, of a row


def draw(source: Source, name: str) -> Figure:
    """Draw the study of this name: a row of metrics over its setting for each data set, a line per variant."""
    study = source.plan["config"]["studies"][name]
    table = source.table("studies")
    table = table[(table["study"] == name) & table["metric"].isin(STUDY_METRICS)]
    datasets = table["dataset"].unique()
    if not len(datasets):
        return empty(f"{study['does']}: not run in this preset")
    metrics = [metric for metric in STUDY_METRICS if (table["metric"] == metric).any()]
    whole = Figure(figsize=(WIDTH, HEIGHT * len(datasets)), layout="constrained")
    names = {variant: label(settings) for variant, settings in study["variants"].items()}
    palette = {names[variant]: _colour(settings["model"], source) for variant, settings in study["variants"].items()}
    table = table.assign(variant=table["variant"].map(names))
    for area, dataset in zip(whole.subfigures(len(datasets), 1, squeeze=False)[:, 0], datasets, strict=True):
        area.suptitle(f"{source.title({'dataset': dataset})}: over the {study['does']}, mean and range of seeds")
        _row(area, table[table["dataset"] == dataset], metrics, palette)
    return whole


def _colour(model: str, source: Source) -> str:
    """Return the colour of the first variant of the config that is such a model."""
    variants = source.plan["config"]["variants"]
    return next((source.colours[name] for name, own in variants.items() if own["model"] == model), BLACK)


def _row(area: SubFigure, rows: pd.DataFrame, metrics: list[str], palette: dict[str, str]) -> None:
    own = [metric for metric in metrics if (rows["metric"] == metric).any()]
    row = area.subplots(1, len(metrics), squeeze=False)[0]
    for axes, metric in zip(row, own, strict=False):
        _draw(axes, rows[rows["metric"] == metric], palette)
        axes.set(title=heading(metric), xlabel="", ylabel="")
    for axes in row[len(own) :]:
        axes.remove()
    _legend(area, row[0], rows["variant"].nunique())


def _draw(axes: Axes, rows: pd.DataFrame, palette: dict[str, str]) -> None:
    """Draw settings evenly spaced: those of a study mostly double, and 0 has no place on a logarithmic axis."""
    order, names = sorted(rows["setting"].unique()), list(rows["variant"].unique())
    rows = rows.assign(position=rows["setting"].map(order.index))
    sns.lineplot(
        rows, x="position", y="value", hue="variant", hue_order=names, palette=palette, style="variant",
        style_order=names, markers=True, dashes=False, errorbar=("pi", 100), ax=axes,
    )  # fmt: skip
    axes.set_xticks(range(len(order)), [f"{setting:g}" for setting in order])


def _legend(area: SubFigure, axes: Axes, columns: int) -> None:
    """Move the axis' legend below the row, where it hides no line."""
    handles, names = axes.get_legend_handles_labels()
    for each in area.get_axes():
        each.get_legend().remove()
    area.legend(handles, names, loc="outside lower center", ncols=columns, frameon=False)
