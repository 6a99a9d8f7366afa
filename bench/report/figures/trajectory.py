"""Rank against variance explained along every training: a thin line per seed, a bold mean, a dot at the end."""

from typing import Any

import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import SubFigure

from bench.records.names import RANK, heading
from bench.report.figures.labels import label_points
from bench.report.figures.source import Source

EXPLAINED = "explained_variance"
RANKS = ("effective_rank", RANK)


def height(panel: dict[str, Any]) -> float:
    """Return the height of a panel in inches."""
    return 3.8


def note(panel: dict[str, Any], source: Source) -> str:
    """Return what a panel's title says beside the data set."""
    seeds = max(len(source.seeds(panel["dataset"], variant)) for variant in panel["variants"])
    return f"along training: {seeds} seeds and their mean" if seeds > 1 else "along training: 1 seed"


def draw(area: SubFigure, panel: dict[str, Any], source: Source) -> None:
    """Draw the effective rank and the count of a panel's variants, side by side, and name them where training ends."""
    frame = source.trajectories(panel)
    ended = [variant for variant in panel["variants"] if variant in frame.index]
    colours = dict(zip(panel["variants"], sns.color_palette("colorblind"), strict=False))
    row = area.subplots(1, len(RANKS))
    for axes, metric in zip(row, RANKS, strict=True):
        for variant in ended:
            _curves(axes, frame.loc[variant], metric, colours[variant])
        axes.set(xlabel=f"{heading(EXPLAINED)} (test images)", ylabel=f"{heading(metric)} of the codes")
    area.figure.draw_without_rendering()


def _curves(axes: Axes, seen: pd.DataFrame, metric: str, colour: Any) -> None:
    for _, own in seen.groupby("seed"):
        axes.plot(own[EXPLAINED], own[metric], color=colour, linewidth=0.8, alpha=0.5)
    mean = seen.groupby("step").mean()
    axes.plot(mean[EXPLAINED], mean[metric], color=colour, linewidth=2.5)
    axes.plot(mean[EXPLAINED].iloc[-1], mean[metric].iloc[-1], "o", color=colour)
