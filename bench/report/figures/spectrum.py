"""Figures 2 and 4: singular values of the codes' covariance over the largest, logarithmic, beside the paper's."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import SubFigure
from matplotlib.ticker import MaxNLocator
from pandas.api.typing import DataFrameGroupBy

from bench.records.names import FACTORS
from bench.report.figures.labels import label_points
from bench.report.figures.source import Source
from bench.report.figures.style import MUTED, SMALL, ink

LOWEST, MATTERS, MOST = 1e-4, 1e-3, 64  # end of the axis; an index matters from here on; indices at most
COUNTS = 0.01  # a singular value above this counts as a dimension
READ = 0.004  # to which the paper's curves were read off: below it they say no more than that they are small


def height(panel: dict[str, Any], source: Source) -> float:
    """Return the height of a panel in inches."""
    return 3.9


def note(panel: dict[str, Any], source: Source) -> str:
    """Return what a panel's title says beside the data set."""
    seeds = source.most_seeds(panel)
    drawn = f"a line per seed and the mean of {seeds}" if seeds > 1 else "1 seed"
    theirs = "; grey: the paper's Figure 2 (7 factors)" if len(source.published_spectra(panel)) else ""
    return f"{drawn}; beside names: variance explained{theirs}"


def draw(area: SubFigure, panel: dict[str, Any], source: Source) -> None:
    """Draw a line per seed and the mean of each variant, over the first indices that matter, named where they end."""
    axes = area.subplots()
    means = {variant: _mean(own) for variant, own in source.spectra(panel).groupby("variant")}
    means = {variant: means[variant] for variant in panel["variants"] if not means[variant].empty}
    published = {variant: _read(own) for variant, own in source.published_spectra(panel).groupby("variant")}
    last = min(max([_last(mean) for mean in means.values()], default=1), MOST - 1)
    lines = [(f"paper: {source.label(name, panel['dataset'])}", MUTED, line) for name, line in published.items()]
    lines += [(_name(name, panel, source), ink(source.colours[name]), line) for name, line in means.items()]
    for _, colour, line in lines[: len(published)]:
        axes.plot(line.index, line, color=colour, linewidth=0.9, marker="o", markersize=2.5, zorder=4)
    for (variant, _), own in _by_seed(panel, source):
        axes.plot(own["index"], own["value"], color=source.colours[variant], linewidth=0.7, alpha=0.55, zorder=2)
    for variant, line in means.items():
        axes.plot(line.index, line, color=source.colours[variant], linewidth=2.2, zorder=3)
    _axes(axes, last)
    _marks(axes, intrinsic(panel, source))
    area.figure.draw_without_rendering()  # the names' places depend on the final layout
    shown = [_shown(line, last) for _, _, line in lines]
    ends = np.array([line[line[:, 1] > LOWEST][-1] for line in shown])
    seeds = [_shown(own.set_index("index")["value"], last) for _, own in _by_seed(panel, source)]
    names, inks = [name for name, *_ in lines], [colour for _, colour, _ in lines]
    label_points(axes, ends, np.zeros_like(ends), names, inks, [*shown, *seeds])


def intrinsic(panel: dict[str, Any], source: Source) -> int | None:
    """Return how many factors a panel's images were drawn from, if they are shapes."""
    return FACTORS.get(source.plan["config"]["data"][panel["dataset"]].get("colours"))


def _mean(own: pd.DataFrame) -> pd.Series:
    """Return the mean over finite seeds by index."""
    return own.dropna().groupby("index")["value"].mean()


def _read(own: pd.DataFrame) -> pd.Series:
    """Return a published curve by index; what is too small to be read lies below the axis."""
    values = own.set_index("index")["value"].sort_index()
    return values.where(values >= READ, LOWEST / 10)


def _last(mean: pd.Series) -> int:
    return int(mean.index[mean >= MATTERS].max()) + 1


def _shown(line: pd.Series, last: int) -> np.ndarray:
    """Return what an axis shows of values by index, as a line [n, 2]."""
    return line.loc[:last].clip(lower=LOWEST).reset_index().to_numpy()


def _by_seed(panel: dict[str, Any], source: Source) -> DataFrameGroupBy:
    return source.spectra(panel).dropna().groupby(["variant", "seed"])


def _axes(axes: Axes, last: int) -> None:
    axes.set(yscale="log", ylim=(LOWEST, 1.6), xlim=(-0.2, last + 0.2))
    axes.xaxis.set_major_locator(MaxNLocator(nbins=16, integer=True))
    axes.set(xlabel="index of the singular value, from 0", ylabel="singular value over the largest")


def _marks(axes: Axes, factors: int | None) -> None:
    """Draw from where singular values count as dimensions, and the first index beyond the images' factors."""
    axes.axhline(COUNTS, color=MUTED, linestyle=":", linewidth=1, zorder=1)
    small = {"fontsize": SMALL, "color": MUTED}
    axes.text(
        0.005, COUNTS, "above: counted as a dimension", transform=axes.get_yaxis_transform(), va="bottom", **small
    )
    if factors:
        axes.axvline(factors, color=MUTED, linestyle="--", linewidth=1, zorder=1)
        axes.text(factors, 1, f" {factors} factors", transform=axes.get_xaxis_transform(), va="top", **small)


def _name(variant: str, panel: dict[str, Any], source: Source) -> str:
    seeds = len(source.seeds(panel["dataset"], variant))
    explained = source.values(panel["dataset"], variant, "explained_variance")
    lost = f" ({len(explained)} of {seeds}, {seeds - len(explained)} diverged)" if len(explained) < seeds else ""
    return f"{source.label(variant, panel['dataset'])}, {explained.mean():.2f}{lost}"
