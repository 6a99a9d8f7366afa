"""How far the image decoded halfway between two codes is from the nearest training image.

Beside the same for the two ends, so that blur is not mistaken for leaving the data.
"""

from collections.abc import Iterator

import numpy as np
import torch

from bench.engine.build import decode
from bench.measures.base.manifold import drawn_pairs, nearest, rms, true_midpoints
from bench.measures.base.trained import Trained
from bench.models.base.autoencoder import Autoencoder


def measure(trained: Trained, *, scored: int) -> Iterator[tuple[str, float]]:
    """Yield the mean `distances` of `scored` pairs of test images, and how many pairs there were."""
    z = trained.codes["test"]
    pairs = drawn_pairs("scored pairs", scored, len(z))
    truth = true_midpoints(trained.data, pairs)
    yield from distances(trained.model, z[pairs], trained.images("train"), truth, trained.device).items()
    yield "count:pairs", len(pairs)


def distances(
    model: Autoencoder,
    ends: np.ndarray,
    real: np.ndarray,
    truth: np.ndarray | None,
    device: torch.device,
) -> dict[str, float]:
    """Return mean distances of what is decoded from pairs of codes [m, 2, d]; NaN for a diverged seed's codes.

    From the nearest of the real images, uint8 [n, c, h, w]: `off_manifold:ends` and `off_manifold:middle`. From the
    true images halfway [m, c, h, w], where they are known: `midpoint_error`.
    """
    middle = decode(model, ends.mean(1), device)
    images = np.concatenate([middle, decode(model, ends.reshape(-1, ends.shape[-1]), device)])
    away = nearest(images, real, device)
    means = {"off_manifold:ends": away[len(middle) :].mean(), "off_manifold:middle": away[: len(middle)].mean()}
    if truth is not None:
        means["midpoint_error"] = rms(middle, truth).mean()
    return means if np.isfinite(ends).all() else dict.fromkeys(means, np.nan)
