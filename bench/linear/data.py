"""Synthetic data of a known rank and the initial values of linear autoencoders; in: seeds, out: float64 tensors.

x = A s + noise in R^D: A has `rank` random orthonormal columns, the factors s independent normal entries with
variances from 1 down to `LEAST`, the noise is isotropic. Its variance is above `rank:0.01`'s threshold, so that an
autoencoder with a code wider than the rank has to leave noise out to find the rank.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import torch
from scipy.stats import ortho_group
from torch import Tensor

from bench.records.stream import stream

LEAST = 0.25  # variance of the weakest factor; that of the strongest is 1


class Initialisation(NamedTuple):
    """How a chain begins and learns: orthogonal matrices or PyTorch's default, the rate adjusted to it or not."""

    orthogonal: bool
    adjusted: bool


INITIALISATIONS = {
    "default": Initialisation(orthogonal=False, adjusted=False),
    "orthogonal": Initialisation(orthogonal=True, adjusted=False),
    "greedy": Initialisation(orthogonal=True, adjusted=True),
}
NO_CHAIN = "none"  # the variant of depth 0


class Case(NamedTuple):
    """One training: an initialisation (or `NO_CHAIN`), the chain's scale, the rate, the data's rank and the seed."""

    variant: str
    scale: float
    rate: float
    rank: int
    seed: int


class Networks(NamedTuple):
    """A stack of linear autoencoders: encoders [n, d, D], decoders [n, D, d], chains [l, n, d, d], W_1 first."""

    encoder: Tensor
    decoder: Tensor
    chain: Tensor


def covariance(rank: int, seed: int, settings: dict[str, Any]) -> np.ndarray:
    """Return the covariance [D, D] of a sample of data of a rank, its mean taken off."""
    size, count = settings["size"], settings["samples"]
    draw = stream(seed, "linear", "data", rank)
    directions, _ = np.linalg.qr(draw.standard_normal((size, rank)))
    factors = draw.standard_normal((count, rank)) * np.sqrt(np.linspace(1, LEAST, rank))
    x = factors @ directions.T + np.sqrt(settings["noise"]) * draw.standard_normal((count, size))
    return np.cov(x, rowvar=False, bias=True)


def best_loss(covariances: np.ndarray, ranks: Sequence[int]) -> np.ndarray:
    """Return the least loss [n] that codes of these ranks allow: the variance outside the leading directions (PCA)."""
    values = np.linalg.eigvalsh(covariances)
    return np.array([row[: len(row) - rank].sum() for row, rank in zip(values, ranks, strict=True)])


def initial_networks(cases: Sequence[Case], depth: int, settings: dict[str, Any]) -> Networks:
    """Return the networks of the cases before training.

    Encoder and decoder have PyTorch's default values times `settings["initial"]`, the same in every variant. They are
    linear layers too, and small ones learn rank by rank themselves: from default values the noise starts halfway.
    """
    size, latent = settings["size"], settings["latent"]
    encoders = [settings["initial"] * _default(latent, size, case.seed, "encoder") for case in cases]
    decoders = [settings["initial"] * _default(size, latent, case.seed, "decoder") for case in cases]
    chains = [[case.scale * _factor(case, latent, layer) for case in cases] for layer in range(depth)]
    chain = torch.tensor(np.array(chains).reshape(depth, len(cases), latent, latent))
    return Networks(torch.tensor(np.array(encoders)), torch.tensor(np.array(decoders)), chain)


def _factor(case: Case, latent: int, layer: int) -> np.ndarray:
    if INITIALISATIONS[case.variant].orthogonal:
        return _orthogonal(latent, case.seed, layer)
    return _default(latent, latent, case.seed, "chain", layer)


@cache  # thousands of cases share few matrices
def _orthogonal(size: int, seed: int, layer: int) -> np.ndarray:
    return ortho_group.rvs(size, random_state=stream(seed, "linear", "chain", layer))


@cache
def _default(rows: int, columns: int, seed: int, *axes: str | int) -> np.ndarray:
    """Return a matrix as torch.nn.Linear draws it: uniform within 1 / sqrt(columns)."""
    return stream(seed, "linear", *axes).uniform(-1, 1, (rows, columns)) / np.sqrt(columns)


def chain_rate(case: Case, depth: int, optimiser: str) -> float:
    """Return the learning rate of a chain's matrices W_j = a Q_j, in this suite's own reading of arXiv 2107.01301.

    The product P = W_l .. W_1 = a^l Q is to move as far in its first step as a single matrix would. Gradient descent at
    rate h moves it by -h sum_j (P P^T)^((l-j)/l) G (P^T P)^((j-1)/l) = -h l a^(2(l-1)) G, with G = dL/dP (Arora,
    Cohen, Hazan 2018), hence rate / (l a^(2(l-1))). Adam moves each entry of each W_j by about h whatever G is, and the
    product by about h l a^(l-1), hence rate / (l a^(l-1)). The formula of the paper itself could not be found.
    """
    if not (depth and INITIALISATIONS[case.variant].adjusted):
        return case.rate
    power = {"sgd": 2, "adam": 1}[optimiser]
    return case.rate / (depth * case.scale ** (power * (depth - 1)))
