"""Square matrices between encoder and decoder: what IRMAE and its relatives share."""

import torch
from torch import Tensor, nn

from bench.models.base.autoencoder import Autoencoder
from bench.models.base.backbone import Backbone


class LinearChain(Autoencoder):
    """An autoencoder with `depth` square matrices without bias behind the encoder, equation (1) of IRMAE.

    They start at PyTorch's default initial values ("no special initialization") and are folded into the encoder's
    last layer by `finish`, if that is linear.
    """

    def __init__(self, backbone: Backbone, depth: int, *, shared: bool = False) -> None:
        """Make `depth` matrices, or one that is applied `depth` times (`shared`)."""
        super().__init__(backbone)
        size = self.latent
        self.chain = nn.ModuleList(nn.Linear(size, size, bias=False) for _ in range(1 if shared else depth))
        self.repeats = depth if shared else 1

    @property
    def layers(self) -> list[nn.Linear]:
        """The matrices in the order in which they are applied."""
        return [*self.chain] * self.repeats

    def encode(self, x: Tensor) -> Tensor:
        z = self.encoder(x)
        for layer in self.layers:
            z = layer(z)
        return z

    def before_chain(self, x: Tensor) -> Tensor:
        return self.encoder(x)

    def finish(self) -> None:
        last = last_linear(self.encoder)
        if last is not None:
            fold_linear(last, product([layer.weight for layer in self.layers], self.latent))
            self.chain = nn.ModuleList()


def product(matrices: list[Tensor], size: int) -> Tensor:
    """Return W_l ... W_1 [d, d] of the matrices W_1, ..., W_l [d, d]; the identity of none."""
    whole = torch.eye(size)
    for matrix in matrices:
        whole = matrix @ whole.to(matrix)
    return whole


def last_linear(encoder: nn.Sequential) -> nn.Linear | nn.Conv2d | None:
    """Return the encoder's last layer if it is linear; the supplement's ReLU after it forbids folding."""
    layers = [layer for layer in encoder if not isinstance(layer, nn.Flatten)]
    return layers[-1] if isinstance(layers[-1], nn.Linear | nn.Conv2d) else None


def fold_linear(layer: nn.Linear | nn.Conv2d, matrix: Tensor) -> None:
    """Make a layer with output `v` return `matrix @ v` instead, in place; `matrix` is [d, d]."""
    with torch.no_grad():
        matrix = matrix.to(layer.weight)
        layer.weight.copy_((matrix @ layer.weight.flatten(1)).view_as(layer.weight))
        layer.bias.copy_(matrix @ layer.bias)
