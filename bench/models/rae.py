"""Regularised autoencoders (Ghosh et al., ICLR 2020): small codes and a smooth decoder instead of noise."""

from typing import Literal

import torch
from torch import Tensor

from bench.models.base.autoencoder import Autoencoder
from bench.models.base.backbone import Backbone


class Model(Autoencoder):
    """Squared error + code * |z|^2 / 2 + decoder * penalty, per image, over the number of its entries.

    `penalty`: `l2`, half the decoder's squared weights (RAE-L2); `gradient`, the squared gradient of the sum of a
    reconstruction with respect to its image (RAE-GP as in pythae). The sources sum over pixels; over their number
    the loss has the scale of the other models', and Adam takes the same steps.
    """

    def __init__(
        self,
        backbone: Backbone,
        *,
        code: float = 1e-4,
        decoder: float = 1e-7,
        penalty: Literal["l2", "gradient"] = "l2",
    ) -> None:
        super().__init__(backbone)
        self.code_weight, self.decoder_weight, self.penalty = code, decoder, penalty

    def loss(self, x: Tensor, noise: Tensor | None) -> Tensor:
        # A copy, because PyTorch's counter of operations knows no gradients of leaves.
        x = x.detach().requires_grad_(self.penalty == "gradient").clone()
        z = self.encode(x)
        y = self.decode(z)
        squares = (y - x).square().flatten(1).sum(1) + self.code_weight * z.square().sum(1) / 2
        entries = x[0].numel()
        return (squares.mean() + self.decoder_weight * self._smoothness(x, y)) / entries

    def _smoothness(self, x: Tensor, y: Tensor) -> Tensor:
        if self.penalty == "l2":
            return sum(p.square().sum() for p in self.decoder.parameters()) / 2
        (gradient,) = torch.autograd.grad(y.sum(), x, create_graph=True)
        return gradient.square().flatten(1).sum(1).mean()
