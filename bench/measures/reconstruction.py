"""How well a model's codes give the test images back, and how much of its loss is another wish."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
import torch

from bench.engine.build import full_precision
from bench.measures.base.trained import Trained
from bench.models.base.autoencoder import RECONSTRUCTION, Autoencoder
from bench.records.data import load, to_unit
from bench.records.stream import stream_seed


def measure(trained: Trained) -> Iterator[tuple[str, float]]:
    """Yield the mean squared error on the unit scale, the share of the images' variance that is explained, and the
    `penalty_share` of a model that has penalties.
    """
    error = reconstruction_error(trained.model, trained.codes["test"], trained.images("test"), trained.device)
    yield "mse", error
    yield "explained_variance", 1 - error / _test_variance(trained.data)
    share = penalty_share(trained)
    if share is not None:
        yield "penalty_share", share


@full_precision()
def penalty_share(trained: Trained) -> float | None:
    """Return what share of the loss of the test images the penalties are; None for a model without any.

    The loss is that of training, its batch size and noise included: means over whole batches.
    """
    images, model, noise = trained.images("test"), trained.unfolded, torch.Generator()
    noise.manual_seed(stream_seed(trained.seed, "noise", "test"))
    batch = min(trained.spec.training.batch, len(images))
    whole = reconstruction = 0.0
    for start in range(0, len(images) - batch + 1, batch):
        # Gradients, for penalties that are made of them.
        x = to_unit(images[start : start + batch]).to(trained.device).requires_grad_()
        shape = model.noise_shape(batch)
        terms = model.terms(x, None if shape is None else torch.randn(shape, generator=noise).to(trained.device))
        if terms.keys() == {RECONSTRUCTION}:
            return None
        whole += sum(terms.values()).item()
        reconstruction += terms[RECONSTRUCTION].item()
    return 1 - reconstruction / whole


def reconstruction_error(
    model: Autoencoder, z: np.ndarray, images: np.ndarray, device: torch.device, batch: int = 500
) -> float:
    """Return the squared error on the unit scale of codes [n, d], the mean over uint8 images [n, c, h, w]."""
    total = 0.0
    with torch.inference_mode(), full_precision():
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
