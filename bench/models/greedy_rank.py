"""Implicit greedy rank learning (Sun et al., arXiv 2107.01301): an orthogonal linear chain, its learning rate adjusted.

Of the paper the abstract alone could be read: the formulas are this suite's own reading (docs/greedy.md).
"""

from typing import Any

from torch import nn

from bench.models.base.backbone import Backbone
from bench.models.base.linear_chain import LinearChain


class Model(LinearChain):
    """IRMAE whose `depth` matrices start at `scale` times random orthogonal ones, W_j = a Q_j.

    All singular values of their product are a^l then ("spectral prior"). Adam moves each matrix by about its learning
    rate whatever the gradient's size, hence the product by about l a^(l - 1) of it: the chain's rate is
    lr / (l a^(l - 1)), so that depth and scale leave the product's first step alone.
    """

    def __init__(self, backbone: Backbone, *, depth: int, scale: float = 1.0) -> None:
        super().__init__(backbone, depth)
        self.factor = 1 / (depth * scale ** (depth - 1)) if depth else 1.0
        for layer in self.chain:
            nn.init.orthogonal_(layer.weight, scale)

    def groups(self, lr: float) -> list[dict[str, Any]]:
        chain = set(self.chain.parameters())
        others = [p for p in self.trained() if p not in chain]
        return [{"params": others, "lr": lr}, {"params": [*self.chain.parameters()], "lr": lr * self.factor}]
