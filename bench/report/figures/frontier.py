"""Rank against quality: every method on every data set; in: family.csv, the seeds' numbers, out: a figure."""

from collections import Counter
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from bench.records.names import HIGHER_IS_BETTER, REFERENCE, SUPERVISED, heading
from bench.report.figures.canvas import empty
from bench.report.figures.labels import label_points
from bench.report.figures.source import Source
from bench.report.figures.style import MUTED, SMALL, WIDTH, ink

COLUMNS, HEIGHT = 2, 3.6  # panels beside each other; inches, of one
CONTROLS = ("pca", "untrained")  # models whose worth is known: no part of the frontier
LOGARITHMIC = 5  # largest over smallest value from which an axis is logarithmic
MARGIN = 0.12  # room for names, as a share of an axis
REACH = 1.0  # a floor or ceiling further from the points than this times their range is left out
TEXT = (
    "Large dots: means, small ones: seeds. Grey steps: the best quality of a method of at most this rank. "
    "Hollow: controls, no part of the steps."
)


class Panel(NamedTuple):
    """What a panel shows: a data set's methods by name (x, y, variant, and their `seeds` [n, 2]), and lines across."""

    dataset: str
    quality: str
    points: pd.DataFrame
    lines: dict[str, float]


def draw(source: Source, name: str) -> Figure:
    """Draw a panel per quality of `family.frontier` and data set it was measured on; those of one share a scale."""
    settings = source.plan["config"]["family"]["frontier"]
    datasets = source.table("family")["dataset"].unique()
    panels = [
        _panel(dataset, settings["rank"], quality, source) for quality in settings["quality"] for dataset in datasets
    ]
    panels = [panel for panel in panels if not panel.points.empty]
    often = Counter(panel.quality for panel in panels)
    panels.sort(key=lambda panel: -often[panel.quality])  # so that those of a quality stand beside each other
    if not panels:
        return empty("every seed of every method diverged")
    rows = -(-len(panels) // COLUMNS)
    whole = Figure(figsize=(WIDTH, HEIGHT * rows), layout="constrained")
    grid = whole.subplots(rows, COLUMNS, squeeze=False).ravel()
    for axes, panel in zip(grid, panels, strict=False):
        alike = [other for other in panels if other.quality == panel.quality]
        _scale(axes.xaxis, np.concatenate([_seen(other)[:, 0] for other in panels if other.dataset == panel.dataset]))
        _scale(axes.yaxis, np.concatenate([[*_seen(other)[:, 1], *other.lines.values()] for other in alike]))
        _draw(axes, panel, source)
        better = "higher" if panel.quality in HIGHER_IS_BETTER else "lower"
        axes.set_title(source.title({"dataset": panel.dataset}), loc="left")
        axes.set(
            xlabel=f"{heading(settings['rank'])} of the codes", ylabel=f"{heading(panel.quality)} ({better} is better)"
        )
    for axes in grid[len(panels) :]:
        axes.remove()
    whole.supxlabel(TEXT, fontsize=SMALL, color=MUTED)
    whole.draw_without_rendering()  # the names' places depend on the final layout
    for axes, panel in zip(grid, panels, strict=False):
        _name(axes, panel, source)
    return whole


def non_dominated(points: np.ndarray) -> np.ndarray:
    """Return which of points [n, 2] no other one is below in one coordinate and at or below in the other."""
    no_worse = (points[None] <= points[:, None]).all(-1)
    better = (points[None] < points[:, None]).any(-1)
    return ~(no_worse & better).any(1)


def _panel(dataset: str, rank: str, quality: str, source: Source) -> Panel:
    """Return what a panel shows; a method whose seeds all diverged has no point."""
    table = source.table("family")
    rows = table[table["dataset"] == dataset].drop_duplicates("method").set_index("method")
    seeds = {
        method: pd.concat([source.values(dataset, variant, metric) for metric in (rank, quality)], axis=1).dropna()
        for method, variant in rows["variant"].items()
    }
    points = {
        method: {"x": own.iloc[:, 0].mean(), "y": own.iloc[:, 1].mean(), "variant": rows.loc[method, "variant"]}
        | {"seeds": own.to_numpy()}
        for method, own in seeds.items()
        if len(own)
    }
    frame = pd.DataFrame.from_dict(points, orient="index")
    return Panel(dataset, quality, frame, {} if frame.empty else _lines(dataset, quality, frame["y"], source))


def _lines(dataset: str, quality: str, points: pd.Series, source: Source) -> dict[str, float]:
    """Return the floors and ceilings of a quality that are near enough to be seen, by name."""
    kind = quality.partition(":")[0]
    known = {"the images themselves": 1.0} if kind == "explained_variance" else {}
    if kind in ("fid", "kid"):
        known["real images"] = source.values(dataset, REFERENCE, f"{kind}:real").mean()
    if kind == "error":
        known["supervised network"] = source.values(dataset, SUPERVISED, quality).mean()
    room = REACH * (points.max() - points.min())
    return {name: y for name, y in known.items() if points.min() - room <= y <= points.max() + room}


def _seen(panel: Panel) -> np.ndarray:
    """Return all points [n, 2] of a panel, those of seeds among them."""
    return np.concatenate([*panel.points["seeds"], panel.points[["x", "y"]].to_numpy(float)])


def _scale(axis: Any, values: np.ndarray) -> None:
    """Set an axis' scale and ends for values, all of the panels that share them."""
    if values.min() > 0 and values.max() / values.min() > LOGARITHMIC:
        getattr(axis.axes, f"set_{axis.axis_name}scale")("log")
        axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        axis.set_minor_formatter(NullFormatter())
    to_scale, back = axis.get_transform().transform, axis.get_transform().inverted().transform
    low, high = to_scale(np.array([values.min(), values.max()]))
    room = MARGIN * (high - low) or MARGIN
    axis.set_view_interval(*back(np.array([low - room, high + room])), ignore=True)


def _draw(axes: Axes, panel: Panel, source: Source) -> None:
    """Draw steps, floors and ceilings, and each method's mean with its seeds around it."""
    axes.autoscale(False)
    steps = _steps(axes, panel, source)
    axes.plot(*steps.T, color="0.75", linewidth=4, alpha=0.6, zorder=1, solid_joinstyle="miter")
    for y in panel.lines.values():
        axes.axhline(y, color=MUTED, linestyle="--", linewidth=1, zorder=1)
    for row in panel.points.itertuples():
        colour, hollow = source.colours[row.variant], _is_control(row.variant, source)
        for x, y in row.seeds:
            axes.plot([row.x, x], [row.y, y], color=colour, linewidth=0.7, alpha=0.6, zorder=2)
        axes.plot(*row.seeds.T, "o", color=colour, markersize=3, alpha=0.7, markeredgewidth=0, zorder=3)
        axes.plot(
            row.x, row.y, "o", color=colour, markersize=7, markerfacecolor="white" if hollow else colour, zorder=4
        )


def _steps(axes: Axes, panel: Panel, source: Source) -> np.ndarray:
    """Return the corners [n, 2] of the frontier: from the lowest rank on, the best quality so far, up to the edges."""
    own = panel.points[[not _is_control(variant, source) for variant in panel.points["variant"]]]
    sign = -1 if panel.quality in HIGHER_IS_BETTER else 1
    points = own[["x", "y"]].to_numpy(float)
    best = points[non_dominated(points * [1, sign])]
    best = best[np.argsort(best[:, 0], kind="stable")]
    worst, right = axes.get_ylim()[sign == 1], axes.get_xlim()[1]
    x, y = np.repeat(best[:, 0], 2), np.repeat(best[:, 1], 2)
    return np.stack([np.append(x, right)[: len(x) + 1], np.append(worst, y)[: len(x) + 1]], axis=1)


def _is_control(variant: str, source: Source) -> bool:
    return source.plan["config"]["variants"][variant]["model"] in CONTROLS


def _name(axes: Axes, panel: Panel, source: Source) -> None:
    """Write the names of methods and lines where they hide least."""
    points, edge = panel.points[["x", "y"]].to_numpy(float), axes.get_xlim()
    ends = np.array([[edge[1], y] for y in panel.lines.values()]).reshape(-1, 2)
    spokes = [
        np.array([[x, y], seed]) for x, y, seeds in zip(*points.T, panel.points["seeds"], strict=True) for seed in seeds
    ]
    across = [np.array([[x, y] for x in edge]) for y in panel.lines.values()]
    anchors = np.concatenate([points, ends])
    colours = [ink(source.colours[variant]) for variant in panel.points["variant"]] + [MUTED] * len(ends)
    names = [*(source.label(variant, panel.dataset) for variant in panel.points["variant"]), *panel.lines]
    label_points(axes, anchors, np.zeros_like(anchors), names, colours, [*spokes, *across])
