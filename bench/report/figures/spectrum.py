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
    drawn = f"a line per seed and the median of {seeds}" if seeds > 1 else "1 seed"
    theirs = "; dashed: the paper's (7 factors), below 0.3" if len(source.published_spectra(panel)) else ""
    lost = [source.label(name, panel["dataset"]) for name in panel["variants"] if name not in _medians(panel, source)]
    diverged = f"; diverged: {', '.join(lost)}" if lost else ""
    return f"{drawn}; beside names: variance explained{theirs}{diverged}"


def draw(area: SubFigure, panel: dict[str, Any], source: Source) -> None:
    """Draw a line per seed and the median of each variant, over the first indices that matter, named where they end."""
    axes, published, medians = area.subplots(), _published(panel, source), _medians(panel, source)
    for variant, line in published.items():
        axes.plot(line.index, line, "--o", color=source.colours[variant], linewidth=1.1, markersize=3.5, zorder=4)
    seeds = [(variant, own.set_index("index")["value"]) for (variant, _), own in _by_seed(panel, source)]
    for variant, line in seeds:
        axes.plot(line.index, line, color=source.colours[variant], linewidth=0.7, alpha=0.55, zorder=2)
    for variant, line in medians.items():
        axes.plot(line.index, line, color=source.colours[variant], linewidth=2.2, zorder=3)
    factors = intrinsic(panel, source)
    last = min(max([factors or 1, *((line >= MATTERS).sum() for line in medians.values())]), MOST - 1)
    _axes(axes, last)
    _marks(axes, factors)
    area.figure.draw_without_rendering()  # the names' places depend on the final layout
    curves = [
        (_name(name, panel, source), ink(source.colours[name]), _shown(line, last)) for name, line in medians.items()
    ]
    _label(axes, curves, [_shown(line, last) for line in [*published.values(), *(line for _, line in seeds)]])


def _label(axes: Axes, curves: list[tuple[str, str, np.ndarray]], others: list[np.ndarray]) -> None:
    """Write the names of curves, each with its colour and line [n, 2], where these are last above the axis' end."""
    curves = [curve for curve in curves if (curve[2][:, 1] > LOWEST).any()]
    if curves:
        names, colours, lines = zip(*curves, strict=True)
        ends = np.array([line[line[:, 1] > LOWEST][-1] for line in lines])
        label_points(axes, ends, np.zeros_like(ends), list(names), list(colours), [*lines, *filter(len, others)])


def intrinsic(panel: dict[str, Any], source: Source) -> int | None:
    """Return how many factors a panel's images were drawn from, if they are shapes."""
    return FACTORS.get(source.plan["config"]["data"][panel["dataset"]].get("colours"))


def _medians(panel: dict[str, Any], source: Source) -> dict[str, pd.Series]:
    """Return the median over finite seeds by index, of each variant that has any.

    A mean would end where the longest seed's values do, with the others' zeros in it: a shoulder that no seed has.
    """
    medians = source.spectra(panel).dropna().groupby(["variant", "index"])["value"].median()
    return {name: medians[name] for name in panel["variants"] if name in medians.index.unique("variant")}


def _published(panel: dict[str, Any], source: Source) -> dict[str, pd.Series]:
    """Return the paper's curves by index; what is too small to be read lies below the axis."""
    curves = source.published_spectra(panel).set_index(["variant", "index"])["value"].sort_index()
    curves = curves.where(curves >= READ, LOWEST / 10)
    return {name: curves[name] for name in panel["variants"] if name in curves.index.unique("variant")}


def _shown(line: pd.Series, last: int) -> np.ndarray:
    """Return what an axis shows of values by index, as a line [n, 2]."""
    return line.loc[:last].clip(lower=LOWEST).reset_index().to_numpy()


def _by_seed(panel: dict[str, Any], source: Source) -> DataFrameGroupBy:
    return source.spectra(panel).dropna().groupby(["variant", "seed"])


def _axes(axes: Axes, last: int) -> None:
    axes.set(ylim=(LOWEST, 1.6), yscale="log", xlim=(-0.2, last + 0.2))
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
    lost = f" ({seeds - len(explained)} of {seeds} diverged)" if len(explained) < seeds else ""
    return f"{source.label(variant, panel['dataset'])}, {explained.mean():.2f}{lost}"
