"""Least Volume (Chen & Fuge, ICLR 2024, arXiv 2404.17773): flat codes under a Lipschitz decoder."""

from torch import Tensor, nn
from torch.nn.utils import parametrize
from torch.nn.utils.parametrizations import spectral_norm

from bench.models.base.autoencoder import Autoencoder
from bench.models.base.backbone import Backbone


class Model(Autoencoder):
    """MSE + weight * geometric mean of (sd_i + eta), sd_i the standard deviation of code entry i over the batch.

    The decoder's weights are divided by their spectral norm, one power iteration a step, so that codes cannot shrink
    without loss. Formula and eta = 1 after reviews of the paper, whose text we could not read (docs/protocol.md).
    """

    def __init__(self, backbone: Backbone, *, weight: float = 1e-2, eta: float = 1.0) -> None:
        super().__init__(backbone)
        self.weight, self.eta = weight, eta
        for layer in weighted(self.decoder):
            spectral_norm(layer)

    def loss(self, x: Tensor, noise: Tensor | None) -> Tensor:
        z = self.encode(x)
        volume = (z.std(0) + self.eta).log().mean().exp()
        return (self.decode(z) - x).square().mean() + self.weight * volume

    def finish(self) -> None:
        for layer in weighted(self.decoder):
            parametrize.remove_parametrizations(layer, "weight")


def weighted(decoder: nn.Sequential) -> list[nn.Module]:
    """Return the layers that have weights."""
    return [layer for layer in decoder if isinstance(layer, nn.Linear | nn.ConvTranspose2d)]
