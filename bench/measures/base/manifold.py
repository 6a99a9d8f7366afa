"""Pairs of test images, and how far images are from the real ones; for measure `interpolation`, rule `reference`."""

import importlib
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from bench.records.files import read_json
from bench.records.stream import stream

ROWS = 4096  # real images on the device at once: 200 MB of CelebA's


def drawn_pairs(name: str, pairs: int, images: int) -> np.ndarray:
    """Return pairs of images, indices [p, 2], of the stream called `name`.

    No image is taken twice, so there are at most half as many pairs as images.
    """
    return stream(0, name).choice(images, size=(min(pairs, images // 2), 2), replace=False)


def nearest(images: np.ndarray, real: np.ndarray, device: torch.device) -> np.ndarray:
    """Return the distance (`rms`) [n] of each uint8 image [n, c, h, w] to the nearest of the real ones [m, c, h, w].

    A matrix product per chunk finds the nearest; its distance is then computed from the two images, because that
    product is not exact where they are almost equal.
    """
    x = _pixels(images, device)
    least = torch.full((len(x),), torch.inf, device=device)
    places = torch.zeros(len(x), dtype=torch.long, device=device)
    for start in range(0, len(real), ROWS):
        others = _pixels(real[start : start + ROWS], device)
        # The squared distance without the square of x, which is the same for all.
        squares, place = torch.addmm(others.square().sum(1), x, others.T, alpha=-2).min(1)
        places = torch.where(squares < least, start + place, places)
        least = torch.minimum(least, squares)
    return rms(images, real[places.cpu().numpy()])


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


def _pixels(images: np.ndarray, device: torch.device) -> Tensor:
    return torch.from_numpy(np.array(images)).to(device).flatten(1).float()
