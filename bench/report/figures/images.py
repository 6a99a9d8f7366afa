"""Figures 3 and 5 to 8: interpolations, samples and principal planes of the first seed, as mosaics."""

from functools import partial
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import SubFigure

from bench.report.figures.canvas import show
from bench.report.figures.source import Source

WIDTH = 9.0  # inches
TITLES = 0.7  # inches, for the titles of a panel
LARGEST = 3.0  # inches, side of a mosaic
PAIRS = 2  # of the interpolated pairs, side by side
STRIP = 0.42  # inches, height of a row of interpolated images


def note(panel: dict[str, Any], source: Source) -> str:
    """Return what a panel's title says beside the data set."""
    return f"seed {source.seeds(panel['dataset'], panel['variants'][0])[0]}"


def grid_height(panel: dict[str, Any]) -> float:
    """Return the height in inches of a row of square mosaics."""
    return min(WIDTH / len(panel["variants"]), LARGEST) + TITLES


def draw_grids(name: str, area: SubFigure, panel: dict[str, Any], source: Source) -> None:
    """Draw a square mosaic per variant, side by side, from the array called `name`."""
    row = area.subplots(1, len(panel["variants"]), squeeze=False)[0]
    for axes, variant in zip(row, panel["variants"], strict=True):
        draw_grid(axes, name, panel["dataset"], variant, source)


def draw_grid(axes: Axes, name: str, dataset: str, variant: str, source: Source) -> None:
    """Draw one square mosaic: images [n, c, h, w] fill it row by row; [size, size, c, h, w] are one."""
    images = source.images(dataset, variant, name)
    if images.ndim == 4:
        side = int(np.sqrt(len(images)))
        images = images[: side * side].reshape(side, side, *images.shape[1:])
    show(axes, images, source.diverged(dataset, variant))
    axes.set_title(source.label(variant, dataset))


def strips_height(panel: dict[str, Any]) -> float:
    """Return the height in inches of one strip per variant."""
    return STRIP * len(panel["variants"]) + TITLES


def draw_strips(area: SubFigure, panel: dict[str, Any], source: Source) -> None:
    """Draw a row of strips per variant: the steps from one test image to another, pairs side by side."""
    arrays = [source.images(panel["dataset"], variant, "interpolate") for variant in panel["variants"]]
    grid = area.subplots(len(arrays), min(PAIRS, len(arrays[0])), squeeze=False)
    for row, images, variant in zip(grid, arrays, panel["variants"], strict=True):
        for axes, pair in zip(row, images, strict=False):
            show(axes, pair[None], source.diverged(panel["dataset"], variant))
        row[0].set_ylabel(source.label(variant, panel["dataset"]), rotation=0, ha="right", va="center")


draw_gaussian = partial(draw_grids, "gaussian")
draw_gmm = partial(draw_grids, "gmm")
draw_plane = partial(draw_grids, "pca_grid")
