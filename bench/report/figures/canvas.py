"""Mosaics of images; in: uint8 arrays, out: one image on an axis. And figures without anything to draw."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bench.report.figures.style import MUTED, WIDTH

WHITE = 255
EMPTY = 0.5  # inches, height of a figure that only says why it is empty


def mosaic(images: np.ndarray, gap: int = 0) -> np.ndarray:
    """Put images [rows, columns, c, h, w] side by side, `gap` white pixels between rows: [height, width, 3]."""
    rows, columns, channels, height, width = images.shape
    padded = np.pad(images, [(0, 0), (0, 0), (0, 0), (0, gap), (0, 0)], constant_values=WHITE)
    whole = padded.transpose(0, 3, 1, 4, 2).reshape(rows * (height + gap), columns * width, channels)
    return np.broadcast_to(whole[: rows * (height + gap) - gap], (rows * (height + gap) - gap, columns * width, 3))


def arranged(images: np.ndarray, rows: int, columns: int) -> np.ndarray:
    """Return the first of images [n, c, h, w] row by row, [rows, columns, c, h, w], white where they are too few."""
    count = rows * columns
    lacking = [(0, max(0, count - len(images))), (0, 0), (0, 0), (0, 0)]
    return np.pad(images[:count], lacking, constant_values=WHITE).reshape(rows, columns, *images.shape[1:])


def show(axes: Axes, picture: np.ndarray) -> None:
    """Draw a mosaic [height, width, 3] without ticks or frame."""
    axes.imshow(picture)
    axes.set(xticks=[], yticks=[])
    axes.tick_params(length=0)
    axes.grid(False)
    axes.spines[:].set_visible(False)


def name_rows(axes: Axes, names: dict[str, float]) -> None:
    """Write names to the left of a mosaic, each at its height in pixels."""
    axes.set_yticks(list(names.values()), list(names))


def mark_diverged(axes: Axes, middle: float) -> None:
    """Say over the black images of a diverged seed what they are, at a height in pixels."""
    axes.text(sum(axes.get_xlim()) / 2, middle, "diverged", color="white", ha="center", va="center")


def empty(reason: str) -> Figure:
    """Return a figure that says why there is nothing to draw."""
    whole = Figure(figsize=(WIDTH, EMPTY))
    whole.text(0.5, 0.5, reason, ha="center", va="center", style="italic", color=MUTED)
    return whole
