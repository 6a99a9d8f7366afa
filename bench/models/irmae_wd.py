"""IRMAE-WD (Zeng et al., arXiv 2305.01090): IRMAE with decoupled weight decay on every parameter."""

from typing import Any

from bench.models.base.backbone import Backbone
from bench.models.base.linear_chain import LinearChain


class Model(LinearChain):
    """MSE, `depth` square matrices, AdamW with `weight_decay`: all weights lose lr * weight_decay of their size a step.

    Its authors' matrices have no bias and PyTorch's default initial values, as IRMAE's.
    """

    def __init__(self, backbone: Backbone, *, depth: int = 4, weight_decay: float = 1e-6) -> None:
        super().__init__(backbone, depth)
        self.weight_decay = weight_decay

    def groups(self, lr: float) -> list[dict[str, Any]]:
        return [{"params": self.trained(), "lr": lr, "weight_decay": self.weight_decay}]
