"""LoRAE (Mazumder et al., WACV 2024, arXiv 2310.16194): one matrix with a penalty on its nuclear norm."""

import math

import torch
from torch import Tensor

from bench.models.base.backbone import Backbone
from bench.models.base.linear_chain import LinearChain

STRETCH = 1.6977  # most of a step: (3 x - x^3) / 2 is a tenth here, and less would leave the largest values to rounding


class Model(LinearChain):
    """MSE + weight * ||M||_*, with M [d, d] between encoder and decoder, in the forward pass.

    The published comparison in RRAE's package penalises a matrix that its forward pass leaves out (docs/protocol.md).
    """

    def __init__(self, backbone: Backbone, *, weight: float = 1e-3) -> None:
        super().__init__(backbone, depth=1)
        self.weight = weight

    def terms(self, x: Tensor, noise: Tensor | None) -> dict[str, Tensor]:
        return super().terms(x, noise) | {"nuclear norm": self.weight * nuclear_norm(self.chain[0].weight)}


def nuclear_norm(matrix: Tensor) -> Tensor:
    """Return the sum of the singular values of U S V^T [d, d], a scalar; its gradient is U V^T."""
    return (orthogonal_factor(matrix.detach()) * matrix).sum()


def orthogonal_factor(matrix: Tensor) -> Tensor:
    """Return U V^T [d, d] of a matrix U S V^T [d, d]; what it maps to zero stays so, what is not finite gives NaN.

    By products of matrices alone, because a decomposition waits for the host: the iteration of Newton and Schulz,
    (3 q - q q^T q) / 2, brings all singular values in (0, 1] to 1. Each step first stretches q until the ends of the
    values' range, `low` and 1, meet, or by STRETCH (Chen and Chow, ANL/MCS-P5059-0114). How many steps there are is
    said by the least value that rounding knows.
    """
    low = eps = torch.finfo(matrix.dtype).eps
    q = matrix / torch.linalg.matrix_norm(matrix).clamp_min(torch.finfo(matrix.dtype).tiny)
    while low < 1 - eps:
        stretch = min(math.sqrt(3 / (1 + low + low**2)), STRETCH)
        q = torch.addmm(q, q, q.mT @ q, beta=1.5 * stretch, alpha=-0.5 * stretch**3)
        low *= stretch * (3 - (stretch * low) ** 2) / 2
    return q
