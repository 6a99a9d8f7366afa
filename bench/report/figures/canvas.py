"""Mosaics of images; in: uint8 arrays, out: one image on an axis."""

import numpy as np
from matplotlib.axes import Axes


def mosaic(images: np.ndarray) -> np.ndarray:
    """Put images [rows, columns, c, h, w] edge to edge: [rows * h, columns * w, 3], grey ones repeated."""
    rows, columns, channels, height, width = images.shape
    whole = images.transpose(0, 3, 1, 4, 2).reshape(rows * height, columns * width, channels)
    return np.broadcast_to(whole, (*whole.shape[:2], 3))


def show(axes: Axes, images: np.ndarray, diverged: bool) -> None:
    """Draw a mosaic of images [rows, columns, c, h, w]; those of a diverged seed are black and say so."""
    axes.imshow(mosaic(images))
    if diverged:
        axes.text(0.5, 0.5, "diverged", color="white", ha="center", va="center", transform=axes.transAxes)
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set_visible(False)
