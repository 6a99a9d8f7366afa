"""Implicit Rank-Minimizing Autoencoder (Jing, Zbontar, LeCun 2020) and the ablations of Figures 9 to 11."""

from typing import Literal

import torch
from torch import Tensor, nn

from bench.autoencoder import Autoencoder, fold_linear
from bench.backbone import Backbone


class Model(Autoencoder):
    """An autoencoder with `depth` square matrices between encoder and decoder, equation (1).

    The matrices have no bias and PyTorch's default initial values ("no special initialization"). `chain`
    chooses the ablation: `trained` (the method), `fixed` (matrices keep their initial values, Fig 9),
    `nonlinear` (ReLU between the matrices, Fig 10), `shared` (one matrix applied `depth` times, Fig 11). A
    linear chain is folded into the encoder's last layer by `finish`.
    """

    def __init__(
        self,
        backbone: Backbone,
        *,
        depth: int,
        chain: Literal["trained", "fixed", "nonlinear", "shared"] = "trained",
    ) -> None:
        super().__init__(backbone)
        size = backbone.latent
        layers = [nn.Linear(size, size, bias=False) for _ in range(1 if chain == "shared" else depth)]
        self.chain = nn.ModuleList(layers).requires_grad_(chain != "fixed")
        self.repeats = depth if chain == "shared" else 1
        self.nonlinear = chain == "nonlinear"

    def encode(self, x: Tensor) -> Tensor:
        z = self.encoder(x)
        for index, layer in enumerate([*self.chain] * self.repeats):
            z = layer(z.relu() if self.nonlinear and index else z)
        return z

    def before_chain(self, x: Tensor) -> Tensor:
        return self.encoder(x)

    def finish(self) -> None:
        last = _last_linear(self.encoder)
        if self.nonlinear or last is None:
            return
        matrix = torch.eye(self.latent, dtype=last.weight.dtype, device=last.weight.device)
        for layer in [*self.chain] * self.repeats:
            matrix = layer.weight @ matrix
        fold_linear(last, matrix)
        self.chain = nn.ModuleList()


def _last_linear(encoder: nn.Sequential) -> nn.Linear | nn.Conv2d | None:
    """Return the encoder's last layer if it is linear; the supplement's ReLU after it forbids folding."""
    layers = [layer for layer in encoder if not isinstance(layer, nn.Flatten)]
    return layers[-1] if isinstance(layers[-1], nn.Linear | nn.Conv2d) else None
