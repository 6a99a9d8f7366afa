"""Pairs of test images, and what stands halfway; for the figures, and for what `interpolation` scores."""

import importlib
from pathlib import Path

import numpy as np

from bench.records.files import read_json
from bench.records.stream import stream

SCORED = "scored pairs"  # the stream of the pairs whose interpolations are scored: the same for every model


def drawn_pairs(name: str, pairs: int, images: int) -> np.ndarray:
    """Return pairs of images, indices [p, 2], of the stream called `name`.

    No image is taken twice, so there are at most half as many pairs as images.
    """
    return stream(0, name).choice(images, size=(min(pairs, images // 2), 2), replace=False)


def blended(ends: np.ndarray) -> np.ndarray:
    """Return the pixel interpolation [n, c, h, w] halfway between pairs of uint8 images [n, 2, c, h, w]."""
    return ((ends[:, 0].astype(np.uint16) + ends[:, 1] + 1) // 2).astype(np.uint8)


def rms(images: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Return the root mean square difference [n], on the unit scale, of uint8 images [n, c, h, w] and others."""
    differences = images.astype(np.float32) - others
    return np.sqrt(np.square(differences).mean((1, 2, 3), dtype=np.float64)) / 255


def true_midpoints(data: Path, pairs: np.ndarray) -> np.ndarray | None:
    """Return the true images halfway between test images, uint8 [n, c, h, w], of a data set that knows them.

    Its module then has a function `midpoints(pairs, *, its options)`; pairs are indices [n, 2].
    """
    record = read_json(data / "data.json")
    module = importlib.import_module(f"bench.datasets.{record['name']}")
    return module.midpoints(pairs, **record["options"]) if hasattr(module, "midpoints") else None
