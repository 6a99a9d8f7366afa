"""Figure 8: what is decoded on the plane of the codes' first two principal components."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import SubFigure

from bench.report.figures.canvas import mark_diverged, mosaic, show
from bench.report.figures.source import Source
from bench.report.figures.style import WIDTH, ink

TITLES, NAMES = 0.9, 0.35  # inches: above and below a grid, beside it
LARGEST = 3.0  # inches, side of a grid


def note(panel: dict[str, Any], source: Source) -> str:
    """Return what a panel's title says beside the data set."""
    first = source.seeds(panel["dataset"], panel["variants"][0])[0]
    return f"seed {first}; axes: standard deviations of the codes; shares of variance: of the test codes"


def height(panel: dict[str, Any], source: Source) -> float:
    """Return the height of a panel in inches."""
    return min(WIDTH / len(panel["variants"]) - NAMES, LARGEST) + TITLES


def draw(area: SubFigure, panel: dict[str, Any], source: Source) -> None:
    """Draw a grid per variant; the signs of its components are those that make it most like the first one's."""
    row = area.subplots(1, len(panel["variants"]), squeeze=False)[0]
    first = source.images(panel["dataset"], panel["variants"][0], "pca_grid")[::-1]  # upwards
    for axes, variant in zip(row, panel["variants"], strict=True):
        grid = aligned(source.images(panel["dataset"], variant, "pca_grid"), first)
        show(axes, mosaic(grid))
        _axes(axes, grid.shape, _shares(panel["dataset"], variant, source), source)
        if source.diverged(panel["dataset"], variant):
            mark_diverged(axes, sum(axes.get_ylim()) / 2)
        axes.set_title(source.label(variant, panel["dataset"]), color=ink(source.colours[variant]))


def aligned(grid: np.ndarray, to: np.ndarray) -> np.ndarray:
    """Return a grid of images [size, size, c, h, w], either axis turned around or not, as near as can be to another.

    The sign of a principal component is arbitrary, and the grid reaches as far to both sides.
    """
    turned = [grid[::down, ::right] for down in (1, -1) for right in (1, -1)]
    return min(turned, key=lambda each: np.abs(each.astype(np.int64) - to).sum())


def _shares(dataset: str, variant: str, source: Source) -> np.ndarray:
    """Return the share of each component in the variance of the first seed's test codes."""
    frame = source.spectra({"dataset": dataset, "variants": [variant]})
    values = frame[frame["seed"] == source.seeds(dataset, variant)[0]].sort_values("index")["value"].to_numpy()
    return np.divide(values, values.sum(), out=np.full_like(values, np.nan), where=values.sum() > 0)


def _axes(axes: Axes, shape: tuple[int, ...], shares: np.ndarray, source: Source) -> None:
    extent, side = source.plan["config"]["pca_grid"]["extent"], shape[-1]
    ends = np.array([0.5, shape[0] / 2, shape[0] - 0.5]) * side
    names = [f"{-extent:g}", "0", f"{extent:g}"]
    axes.set_xticks(ends, names)
    axes.set_yticks(ends, names[::-1])
    for axis, name, share in zip((axes.xaxis, axes.yaxis), ("first", "second"), shares, strict=False):
        axis.set_label_text(f"{name} component" + (f" ({share:.0%} of variance)" if np.isfinite(share) else ""))
