"""IRMAE-WD (Zeng et al., arXiv 2305.01090): IRMAE with an L2 penalty on every parameter."""

from torch import Tensor

from bench.models.base.backbone import Backbone
from bench.models.base.linear_chain import LinearChain


class Model(LinearChain):
    """MSE + weight_decay / 2 * sum of all squared parameters, `depth` square matrices: the paper's L2 regularisation.

    Its authors' code decouples the decay from Adam's gradient (AdamW), which has no effect at their size of it, and
    none at all in single precision (docs/protocol.md). Their matrices have no bias and PyTorch's default initial
    values, as IRMAE's.
    """

    def __init__(self, backbone: Backbone, *, depth: int = 4, weight_decay: float = 1e-6) -> None:
        super().__init__(backbone, depth)
        self.weight_decay = weight_decay

    def terms(self, x: Tensor, noise: Tensor | None) -> dict[str, Tensor]:
        squares = sum(parameter.square().sum() for parameter in self.parameters())
        return super().terms(x, noise) | {"weights": self.weight_decay / 2 * squares}
