"""Regularised autoencoders (Ghosh et al., ICLR 2020): small codes and a smooth decoder instead of noise."""

from typing import Literal

import torch
from torch import Tensor, nn

from bench.models.base.autoencoder import RECONSTRUCTION, Autoencoder
from bench.models.base.backbone import Backbone


class Model(Autoencoder):
    """MSE + code * mean(z^2) + decoder * penalty, the means over batch and entries as in the authors' released code.

    `penalty`: `l2`, the squared kernels of the decoder's layers, summed (RAE-L2; no half, no biases); `gradient`, the
    mean of the squared gradient of |y|^2, y an image's reconstruction, with respect to its code (RAE-GP).
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

    def terms(self, x: Tensor, noise: Tensor | None) -> dict[str, Tensor]:
        z = self.encode(x)
        y = self.decode(z)
        return {
            RECONSTRUCTION: (y - x).square().mean(),
            "code": self.code_weight * z.square().mean(),
            "decoder": self.decoder_weight * self._smoothness(z, y),
        }

    def _smoothness(self, z: Tensor, y: Tensor) -> Tensor:
        if self.penalty == "l2":
            layers = (layer for layer in self.decoder if isinstance(layer, nn.Linear | nn.ConvTranspose2d))
            return sum(layer.weight.square().sum() for layer in layers)
        (gradient,) = torch.autograd.grad(y.square().sum(), z, create_graph=True)
        return gradient.square().mean()
