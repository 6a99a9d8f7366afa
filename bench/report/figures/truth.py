"""What a data set itself has beside decoded images: the true ones between two, and the nearest training images."""

from typing import Any

import numpy as np

from bench.datasets import shapes

BATCH = 4096  # training images compared at once


def knows_path(record: dict[str, Any]) -> bool:
    """Tell whether a data set, of which this is the data.json, knows the true images between two."""
    return record["name"] == "shapes"


def true_path(record: dict[str, Any], pairs: np.ndarray, steps: int) -> np.ndarray | None:
    """Return the true images, uint8 [p, steps, c, h, w], between pairs of test images (indices [p, 2]), ends included.

    None of a data set that does not know them; `record` is its data.json. Place, size and colour of a shape go evenly
    from one to the other, in whole pixels and grey levels; its kind changes in the middle.
    """
    if not knows_path(record):
        return None
    options, t = record["options"], np.linspace(0, 1, steps)
    factors = shapes.factors("test", slice(0, options["test"]), options["colours"])
    between = {name: np.rint(f[pairs[:, :1]] * (1 - t) + f[pairs[:, 1:]] * t) for name, f in factors.items()}
    images = shapes.draw({name: f.ravel().astype(np.int64) for name, f in between.items()}, options["square"])
    return images.reshape(len(pairs), steps, *images.shape[1:])


def nearest(images: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Return which of `others` [m, c, h, w] has the least squared distance of pixels, for each of images [n, c, h, w].

    Both are uint8: sums of their products are whole numbers that float64 holds exactly, on every machine.
    """
    flat, parts = images.reshape(len(images), -1).astype(np.float64), []
    for start in range(0, len(others), BATCH):
        part = others[start : start + BATCH].reshape(-1, flat.shape[1]).astype(np.float64)
        parts.append((part**2).sum(1) - 2 * flat @ part.T)
    return np.concatenate(parts, axis=1).argmin(1)
