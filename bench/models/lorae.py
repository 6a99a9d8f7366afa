"""LoRAE (Mazumder et al., WACV 2024, arXiv 2310.16194): one matrix with a penalty on its nuclear norm."""

import torch
from torch import Tensor

from bench.models.base.backbone import Backbone
from bench.models.base.linear_chain import LinearChain


class Model(LinearChain):
    """MSE + weight * ||M||_*, with M [d, d] between encoder and decoder, in the forward pass.

    The published comparison in RRAE's package penalises a matrix that its forward pass leaves out (docs/protocol.md).
    """

    recorded = False  # the norm is a sum of singular values, and an SVD waits for the host

    def __init__(self, backbone: Backbone, *, weight: float = 1e-3) -> None:
        super().__init__(backbone, depth=1)
        self.weight = weight

    def terms(self, x: Tensor, noise: Tensor | None) -> dict[str, Tensor]:
        matrix = self.chain[0].weight
        finite = matrix.isfinite().all()
        # Of a seed that diverged an SVD would fail; the error is not finite then, and so neither is the loss.
        norm = torch.linalg.matrix_norm(torch.where(finite, matrix, torch.zeros_like(matrix)), "nuc")
        return super().terms(x, noise) | {"nuclear norm": self.weight * norm}
