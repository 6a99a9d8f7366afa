"""Plain autoencoder, optionally with an L1 or L2 penalty on its code: the baselines of Figures 2 and 3."""

from torch import Tensor

from bench.models.base.autoencoder import RECONSTRUCTION, Autoencoder
from bench.models.base.backbone import Backbone


class Model(Autoencoder):
    """MSE + l1 * mean|z| + l2 * mean(z^2). The paper's coefficients were never published (docs/protocol.md)."""

    def __init__(self, backbone: Backbone, *, l1: float = 0.0, l2: float = 0.0) -> None:
        super().__init__(backbone)
        self.l1, self.l2 = l1, l2

    def terms(self, x: Tensor, noise: Tensor | None) -> dict[str, Tensor]:
        z = self.encode(x)
        terms = {RECONSTRUCTION: (self.decode(z) - x).square().mean()}
        terms |= {"l1": self.l1 * z.abs().mean()} if self.l1 else {}
        return terms | ({"l2": self.l2 * z.square().mean()} if self.l2 else {})
