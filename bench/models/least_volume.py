"""Least Volume (Chen & Fuge, ICLR 2024, arXiv 2404.17773): flat codes under a Lipschitz decoder."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils import parametrize
from torch.nn.utils.parametrizations import spectral_norm

from bench.models.base.autoencoder import RECONSTRUCTION, Autoencoder
from bench.models.base.backbone import Backbone

START = 15  # power iterations before the first step, as many as PyTorch's spectral_norm makes


class Model(Autoencoder):
    """MSE + weight * geometric mean of (sd_i + eta), sd_i the standard deviation of code entry i over the batch.

    Every layer of the decoder is divided by its norm as a linear map, a convolution by that on maps of the size it
    meets, so that the decoder is 1-Lipschitz and codes cannot shrink without loss; the norms follow the weights by one
    power iteration a step. The authors' released code does the same, with eta = 1.
    """

    def __init__(self, backbone: Backbone, *, weight: float = 1e-2, eta: float = 1.0) -> None:
        super().__init__(backbone)
        self.weight, self.eta = weight, eta
        x = torch.zeros(1, self.latent)
        for layer in self.decoder:
            if isinstance(layer, nn.Linear):
                spectral_norm(layer)
            elif isinstance(layer, nn.ConvTranspose2d):
                parametrize.register_parametrization(layer, "weight", OperatorNorm(layer, x.shape))
            x = layer(x)

    def terms(self, x: Tensor, noise: Tensor | None) -> dict[str, Tensor]:
        z = self.encode(x)
        volume = (z.std(0) + self.eta).log().mean().exp()
        return {RECONSTRUCTION: (self.decode(z) - x).square().mean(), "volume": self.weight * volume}

    def finish(self) -> None:
        for layer in self.decoder:
            if parametrize.is_parametrized(layer, "weight"):
                parametrize.remove_parametrizations(layer, "weight")


class OperatorNorm(nn.Module):
    """Divides a kernel by the largest singular value of its transposed convolution on maps of `shape` [1, c, h, w].

    That of the kernel laid out as a matrix is smaller. In training mode every use makes one power iteration.
    """

    def __init__(self, layer: nn.ConvTranspose2d, shape: torch.Size) -> None:
        super().__init__()
        self.settings = {"stride": layer.stride, "padding": layer.padding}
        self.register_buffer("map", torch.randn(shape))  # the one that the layer stretches most, in the end
        with torch.no_grad():
            for _ in range(START):
                self._iterate(layer.weight)

    def forward(self, kernel: Tensor) -> Tensor:
        if self.training:
            with torch.no_grad():
                self._iterate(kernel)
        return kernel / F.conv_transpose2d(self.map.clone(), kernel, **self.settings).norm()

    def _iterate(self, kernel: Tensor) -> None:
        stretched = F.conv_transpose2d(self.map, kernel, **self.settings)
        back = F.conv2d(stretched, kernel, **self.settings)
        self.map.copy_(back / back.norm())
