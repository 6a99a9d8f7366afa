"""How well a model's codes give the test images back."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
import torch

from bench.measures.base.trained import Trained
from bench.models.base.autoencoder import Autoencoder
from bench.records.data import load, to_unit


def measure(trained: Trained) -> Iterator[tuple[str, float]]:
    """Yield the mean squared error on the unit scale, and the share of the images' variance that is explained."""
    error = reconstruction_error(trained.model, trained.codes["test"], trained.images("test"), trained.device)
    yield "mse", error
    yield "explained_variance", 1 - error / _test_variance(trained.data)


def reconstruction_error(
    model: Autoencoder, z: np.ndarray, images: np.ndarray, device: torch.device, batch: int = 500
) -> float:
    """Return the squared error on the unit scale of codes [n, d], the mean over uint8 images [n, c, h, w]."""
    total = 0.0
    with torch.inference_mode():
        for start in range(0, len(images), batch):
            part = slice(start, start + batch)
            x = to_unit(images[part]).to(device)
            total += (model.decode(torch.from_numpy(z[part]).to(device)) - x).double().square().sum().item()
    return total / images.size


def pixel_variance(images: np.ndarray) -> float:
    """Return the squared error of answering every uint8 image [n, c, h, w] with their mean image, in [0, 1] units.

    A model with a larger error has learned nothing: its explained variance is below 0.
    """
    mean, total = images.mean(0, dtype=np.float64), 0.0
    for start in range(0, len(images), 500):  # the memory of a float64 copy of a few images at a time
        total += np.square(images[start : start + 500] - mean).sum()
    return total / images.size / 255**2


@cache  # the same for every seed
def _test_variance(data: Path) -> float:
    return pixel_variance(load(data, "test")[0])
