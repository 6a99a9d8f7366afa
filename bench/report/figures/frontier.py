"""Rank against quality: every method on every data set; in: family.csv, out: a figure."""

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullFormatter, ScalarFormatter

from bench.records.names import HIGHER_IS_BETTER, heading
from bench.report.figures.labels import label_points
from bench.report.figures.source import Source

SIZE = 4.2, 3.6  # inches, of a panel
WIDE = 10  # largest over smallest value from which an axis is logarithmic
MARGIN = 0.14  # room for names, as a share of an axis
TEXT = (
    "Points: mean over seeds, bars: standard deviation. Full points, joined by the line: "
    "no other method has both a lower rank and a better quality."
)


def draw(source: Source, name: str) -> Figure:
    """Draw a row of panels per data set, one for each quality of `family.frontier`."""
    table, settings = source.table("family"), source.plan["config"]["family"]["frontier"]
    datasets, qualities = table["dataset"].unique(), settings["quality"]
    size = SIZE[0] * len(qualities), SIZE[1] * len(datasets)
    whole = Figure(figsize=size, layout="constrained")
    grid = whole.subplots(len(datasets), len(qualities), squeeze=False)
    methods = table["method"].unique()
    colors = dict(zip(methods, sns.husl_palette(len(methods), l=0.5, s=0.9), strict=True))
    names = []
    for row, dataset in zip(grid, datasets, strict=True):
        row[0].set_title(source.title({"dataset": dataset}), loc="left", fontweight="bold")
        rows = table[table["dataset"] == dataset]
        for axes, quality in zip(row, qualities, strict=True):
            names.append((axes, _panel(axes, rows, settings["rank"], quality, colors)))
    whole.supxlabel(TEXT, fontsize=9, color="0.3")
    whole.draw_without_rendering()  # the names' places depend on the final layout
    for axes, points in names:
        middle, spread = points[["x", "y"]].to_numpy(), points[["sd_x", "sd_y"]].to_numpy()
        label_points(axes, middle, spread, list(points.index), [colors[name] for name in points.index])
    return whole


def non_dominated(points: np.ndarray) -> np.ndarray:
    """Return which of points [n, 2] no other one is below in one coordinate and at or below in the other."""
    no_worse = (points[None] <= points[:, None]).all(-1)
    better = (points[None] < points[:, None]).any(-1)
    return ~(no_worse & better).any(1)


def _panel(axes: Axes, rows: pd.DataFrame, rank: str, quality: str, colors: dict) -> pd.DataFrame:
    """Draw one panel and return its points by method: x, y, sd_x, sd_y."""
    points = _points(rows, rank, quality)
    if points.empty:
        axes.text(0.5, 0.5, f"{heading(quality)}: not measured", ha="center", style="italic", transform=axes.transAxes)
        axes.set_axis_off()
        return points
    signs = np.array([1, -1 if quality in HIGHER_IS_BETTER else 1])
    best = non_dominated(points[["x", "y"]].to_numpy() * signs)
    for (name, x, y, sd_x, sd_y), full in zip(points.itertuples(), best, strict=True):
        style = {"color": colors[name], "markerfacecolor": colors[name] if full else "white", "elinewidth": 1}
        axes.errorbar(x, y, xerr=sd_x, yerr=sd_y, fmt="o", markersize=6, alpha=0.9, zorder=3, **style)
    line = points[best].sort_values("x")
    axes.plot(line["x"], line["y"], color="0.7", linewidth=5, alpha=0.5, zorder=1, solid_capstyle="round")
    _axes(axes, points, rank, quality)
    return points


def _points(rows: pd.DataFrame, rank: str, quality: str) -> pd.DataFrame:
    """Return the means and spreads by method; a method whose seeds all diverged has no point."""
    wide = rows.pivot(index="method", columns="metric", values=["mean", "sd"])
    columns = [(value, metric) for value in ("mean", "sd") for metric in (rank, quality)]
    points = wide.reindex(columns=columns).set_axis(["x", "y", "sd_x", "sd_y"], axis=1)
    return points.dropna(subset=["x", "y"]).fillna(0)  # a single seed has no spread


def _axes(axes: Axes, points: pd.DataFrame, rank: str, quality: str) -> None:
    better = "higher" if quality in HIGHER_IS_BETTER else "lower"
    axes.set(xlabel=f"{heading(rank)} of the codes", ylabel=f"{heading(quality)} ({better} is better)")
    for axis, values in ((axes.xaxis, points["x"]), (axes.yaxis, points["y"])):
        if values.min() > 0 and values.max() / values.min() > WIDE:
            getattr(axes, f"set_{axis.axis_name}scale")("log")
            axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
            axis.set_major_formatter(ScalarFormatter())
            axis.set_minor_formatter(NullFormatter())
    axes.margins(MARGIN)
