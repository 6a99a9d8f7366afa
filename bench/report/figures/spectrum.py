"""Figures 2 and 4: singular values of the codes' covariance over the largest, linear and logarithmic."""

from typing import Any

import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import SubFigure
from matplotlib.ticker import MaxNLocator

from bench.records.names import FACTORS
from bench.report.figures.source import Source

TOP, OTHER_TOP = {"shapes": 0.30}, 0.40  # end of the axis: Figure 2; the released code
LOWEST = 1e-6


def height(panel: dict[str, Any]) -> float:
    """Return the height of a panel in inches."""
    return 3.4


def draw(area: SubFigure, panel: dict[str, Any], source: Source) -> None:
    """Draw the spectra of a panel's variants twice, linear and logarithmic."""
    linear, logarithmic = area.subplots(1, 2)
    draw_spectra(linear, panel, source)
    draw_spectra(logarithmic, panel, source)
    limit(linear, panel)
    logarithm(logarithmic)
    legend(area, linear, len(panel["variants"]))


def note(panel: dict[str, Any], source: Source) -> str:
    """Return what a panel's title says beside the data set: lines are means, bands ranges of seeds."""
    seeds = max(len(source.seeds(panel["dataset"], variant)) for variant in panel["variants"])
    return f"mean and range of {seeds} seeds" if seeds > 1 else "1 seed"


def draw_spectra(axes: Axes, panel: dict[str, Any], source: Source) -> None:
    """Draw one line per variant (mean over finite seeds) with a band from least to largest."""
    frame = source.spectra(panel)
    names = {variant: _name(frame, variant, panel, source) for variant in panel["variants"]}
    frame = frame.assign(variant=frame["variant"].map(names))
    order = list(names.values())
    sns.lineplot(frame, x="index", y="value", hue="variant", hue_order=order, errorbar=("pi", 100), ax=axes)
    if factors := intrinsic(panel, source):
        axes.axvline(factors, color="0.4", linestyle="--", linewidth=1)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=6, integer=True))
    axes.set(xlabel="index of singular value", ylabel="singular value / largest")


def intrinsic(panel: dict[str, Any], source: Source) -> int | None:
    """Return how many factors a panel's images were drawn from, if they are shapes."""
    return FACTORS.get(source.plan["config"]["data"][panel["dataset"]].get("colours"))


def limit(axes: Axes, panel: dict[str, Any]) -> None:
    """Cut the linear axis where the paper does."""
    axes.set(ylim=(0, TOP.get(panel["role"], OTHER_TOP)))


def logarithm(axes: Axes) -> None:
    """Make the axis logarithmic, after drawing: seaborn would average logarithms otherwise."""
    axes.set(yscale="log", ylim=(LOWEST, 1.5), ylabel="the same, logarithmic")


def legend(area: SubFigure, axes: Axes, columns: int) -> None:
    """Move the axis' legend below the panel, where it hides no line."""
    handles, names = axes.get_legend_handles_labels()
    for each in area.get_axes():
        each.get_legend().remove()
    area.legend(handles, names, loc="outside lower center", ncols=columns, frameon=False)


def _name(frame: Any, variant: str, panel: dict[str, Any], source: Source) -> str:
    first = frame[(frame["variant"] == variant) & (frame["index"] == 0)]["value"]
    diverged, label = first.isna().sum(), source.label(variant, panel["dataset"])
    return f"{label} ({len(first) - diverged} of {len(first)}, {diverged} diverged)" if diverged else label
