"""gaussian2d: 64x64 grey images of one bump whose centre is all that varies: intrinsic dimension 2.

The 2-D Gaussian of Rank Reduction Autoencoders (arXiv 2405.13980), as its authors' package makes it: pixels on
[-1, 1]^2, width 0.2, centres in [-0.5, 0.5]^2, those of training on a grid. The package draws both coordinates of a
test centre with one random key, so that all its test bumps lie on the diagonal; here they are independent.
"""

from math import isqrt
from pathlib import Path

import numpy as np

from bench.datasets.base.splits import Split, Splits, slices
from bench.job.command import Stop
from bench.records.stream import stream

SIDE = 64
CHUNK = 1024
REACH = 0.5  # of a centre's coordinates to each side of the middle
BINS = 4  # of a label, per coordinate


def load(data_root: Path, *, train: int, test: int, sigma: float) -> Splits:
    """Return bumps of width `sigma` (the domain is 2 wide): `train` on a square grid, `test` at uniform centres.

    The label is the joint class of the binned centre: 4 x 4 = 16 classes.
    """
    if train < 4 or isqrt(train) ** 2 != train or test < 1 or sigma <= 0:
        raise Stop(
            f"gaussian2d: train {train}, test {test}, sigma {sigma}; train is a square number from 4 on "
            "(its centres are a grid), test at least 1, sigma positive"
        )
    source = "Generated: 64x64 grey Gaussian bumps in [-1, 1]^2; centres in [-0.5, 0.5]^2, a grid for training"
    splits = (split(centres, sigma) for centres in (grid(train), drawn(test)))
    return Splits("2-D Gaussian", source, BINS**2, (1, SIDE, SIDE), *splits)


def midpoints(pairs: np.ndarray, *, train: int, test: int, sigma: float) -> np.ndarray:
    """Return the bumps halfway between test images, uint8 [n, 1, 64, 64]; pairs are their indices [n, 2]."""
    return draw(drawn(test)[pairs].mean(1), sigma)


def split(centres: np.ndarray, sigma: float) -> Split:
    """Return the bumps at centres [n, 2]."""
    return Split(joint_class(centres), (draw(centres[part], sigma) for part in slices(len(centres), CHUNK)))


def grid(count: int) -> np.ndarray:
    """Return `count` centres (x, y), float64 [count, 2], on a square grid that reaches the ends."""
    along = np.linspace(-REACH, REACH, isqrt(count))
    return np.stack(np.meshgrid(along, along), axis=-1).reshape(-1, 2)


def drawn(count: int) -> np.ndarray:
    """Return `count` uniform centres (x, y), float64 [count, 2]; the first ones do not depend on the count."""
    return stream(0, "gaussian2d", "test").uniform(-REACH, REACH, (count, 2))


def draw(centres: np.ndarray, sigma: float) -> np.ndarray:
    """Draw bumps of peak 255 at centres [n, 2] as uint8 images [n, 1, 64, 64]; the pixels reach the domain's ends."""
    along = np.linspace(-1, 1, SIDE)
    x, y = np.exp(-np.square(along - centres[:, :, None]) / (2 * sigma**2)).transpose(1, 0, 2)
    return (255 * y[:, None, :, None] * x[:, None, None, :]).round().astype(np.uint8)


def joint_class(centres: np.ndarray) -> np.ndarray:
    """Return the joint class of binned centres [n, 2], int64 [n] in 0..15."""
    column, row = ((centres + REACH) / (2 * REACH) * BINS).astype(np.int64).clip(0, BINS - 1).T
    return row * BINS + column
