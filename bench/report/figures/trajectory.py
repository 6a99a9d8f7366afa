"""Rank against variance explained along training: a thin line per seed, their mean bold, dots where training ends."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import SubFigure
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, NullLocator

from bench.records.names import RANK, heading
from bench.report.figures import spectrum
from bench.report.figures.labels import label_points
from bench.report.figures.source import Source
from bench.report.figures.style import MUTED, ink

EXPLAINED = "explained_variance"
RANKS = ("effective_rank", RANK)
TICKS = (-3, -1, 0, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999)
LEAST = 1e-6  # left unexplained where a logarithm is taken of it
LEFT, RIGHT, ABOVE = 1.2, 0.65, 1.15  # ends of the axes: of what the worst and the best leave unexplained, of the rank
MOST = 0.5  # left unexplained at the right end
THIN, BOLD = (0.7, 2), (2.2, 6)  # points: width of a line, size of the dot at its end


def height(panel: dict[str, Any], source: Source) -> float:
    """Return the height of a panel in inches."""
    return 3.7


def note(panel: dict[str, Any], source: Source) -> str:
    """Return what a panel's title says beside the data set."""
    seeds, there = source.most_seeds(panel), source.record(panel["dataset"])["counts"]["test"]
    images = min(source.plan["config"]["trajectory"]["images"], there)
    lines = f"a line per seed and the mean of {seeds}" if seeds > 1 else "1 seed"
    return f"first {images:,} test images; {lines}"


def draw(area: SubFigure, panel: dict[str, Any], source: Source) -> None:
    """Draw the effective rank and, beside it, the count of a panel's variants, named where their training ends."""
    frame = source.trajectories(panel)
    learned = frame.dropna().index.unique("variant")
    seen = {variant: frame.loc[variant] for variant in panel["variants"] if variant in learned}
    if not seen:  # every seed diverged before the first look, or nothing was trained
        return
    row = area.subplots(1, len(RANKS))
    for axes, metric in zip(row, RANKS, strict=True):
        for variant, own in seen.items():
            _curves(axes, own, metric, source.colours[variant])
        _axes(axes, seen, metric)
    factors = spectrum.intrinsic(panel, source)
    if factors:
        row[-1].axhline(factors, color=MUTED, linestyle="--", linewidth=1, zorder=1)
    area.figure.draw_without_rendering()  # the names' places depend on the final layout
    names = [_name(own, source.label(variant, panel["dataset"])) for variant, own in seen.items()]
    inks = [ink(source.colours[variant]) for variant in seen]
    for axes, metric in zip(row, RANKS, strict=True):
        _label(axes, metric, seen, names, inks, factors if axes is row[-1] else None)


def _label(axes: Axes, metric: str, seen: dict, names: list[str], inks: list[str], factors: int | None) -> None:
    """Write the names of curves where their means end, and that of the line at the images' factors at the right."""
    means = [_mean(own)[[EXPLAINED, metric]].to_numpy() for own in seen.values()]
    seeds = [one[[EXPLAINED, metric]].dropna().to_numpy() for own in seen.values() for one in _by_seed(own)]
    marks = [np.array([[end, factors] for end in axes.get_xlim()])] if factors else []
    ends = np.array([line[-1] for line in means + marks])
    names, inks = names + [f"{factors} factors"] * len(marks), inks + [MUTED] * len(marks)
    label_points(axes, ends, np.zeros_like(ends), names, inks, [*means, *filter(len, seeds), *marks])


def _by_seed(seen: pd.DataFrame) -> list[pd.DataFrame]:
    return [own for _, own in seen.groupby("seed")]


def _whole(seen: pd.DataFrame) -> pd.DataFrame:
    """Return the seeds that did not diverge."""
    return seen.groupby("seed").filter(lambda own: own.notna().all(axis=None))


def _mean(seen: pd.DataFrame) -> pd.DataFrame:
    """Return the mean over the seeds that did not diverge; if all did, over those that have not yet."""
    whole = _whole(seen)
    return (seen.dropna() if whole.empty else whole).groupby("step").mean()


def _curves(axes: Axes, seen: pd.DataFrame, metric: str, colour: Any) -> None:
    seeds = [(own, THIN, 0.6) for own in _by_seed(seen)]
    for own, (width, dot), alpha in [*seeds, (_mean(seen), BOLD, 1)]:
        style = {"linewidth": width, "marker": "o", "markersize": dot, "markevery": [-1], "solid_capstyle": "round"}
        axes.plot(own[EXPLAINED], own[metric], color=colour, alpha=alpha, **style)


def _axes(axes: Axes, seen: dict[str, pd.DataFrame], metric: str) -> None:
    """Let equal steps to the right divide what is left unexplained by the same factor.

    They start where the mean image's answer does, unless a training ends before: what precedes says little.
    """
    axes.set_xscale("function", functions=(lambda x: -np.log(np.maximum(1 - x, LEAST)), lambda y: 1 - np.exp(-y)))
    ends = 1 - np.array([_mean(own)[EXPLAINED].iloc[-1] for own in seen.values()])
    left = LEFT * ends.max() if ends.max() > 1 else 1
    axes.set(xlim=(1 - left, 1 - min(RIGHT * ends.min(), MOST)), xlabel=f"{heading(EXPLAINED)} (dots: end of training)")
    shown = pd.concat(seen.values())
    shown = shown[1 - shown[EXPLAINED] < left]
    axes.set(ylim=(0, ABOVE * shown[metric].max()), ylabel=f"{heading(metric)} of the codes")
    axes.xaxis.set_major_locator(FixedLocator(TICKS))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.yaxis.set_major_locator(MaxNLocator(nbins=6, integer=True))


def _name(seen: pd.DataFrame, label: str) -> str:
    seeds, whole = (len(part.index.unique("seed")) for part in (seen, _whole(seen)))
    return f"{label} ({seeds - whole} of {seeds} diverged)" if whole < seeds else label
