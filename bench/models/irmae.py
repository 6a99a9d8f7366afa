"""Implicit Rank-Minimizing Autoencoder (Jing, Zbontar, LeCun 2020) and the ablations of Figures 9 to 11."""

from typing import Literal

from torch import Tensor

from bench.models.base.backbone import Backbone
from bench.models.base.linear_chain import LinearChain


class Model(LinearChain):
    """An autoencoder with `depth` square matrices between encoder and decoder, equation (1).

    `chain` chooses the ablation: `trained` (the method), `fixed` (matrices keep their initial values, Fig 9),
    `nonlinear` (ReLU between the matrices, Fig 10: never folded), `shared` (one matrix applied `depth` times, Fig 11).
    """

    def __init__(
        self,
        backbone: Backbone,
        *,
        depth: int,
        chain: Literal["trained", "fixed", "nonlinear", "shared"] = "trained",
    ) -> None:
        super().__init__(backbone, depth, shared=chain == "shared")
        self.chain.requires_grad_(chain != "fixed")
        self.nonlinear = chain == "nonlinear"

    def encode(self, x: Tensor) -> Tensor:
        if not self.nonlinear:
            return super().encode(x)
        z = self.encoder(x)
        for index, layer in enumerate(self.layers):
            z = layer(z.relu() if index else z)
        return z

    def finish(self) -> None:
        if not self.nonlinear:
            super().finish()
