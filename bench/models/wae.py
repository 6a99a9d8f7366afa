"""Wasserstein autoencoder (Tolstikhin et al., ICLR 2018): codes whose distribution is near a standard normal."""

from torch import Tensor

from bench.models.base.autoencoder import RECONSTRUCTION, Autoencoder
from bench.models.base.backbone import Backbone

SCALES = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)  # of the kernels, those of the authors' code


class Model(Autoencoder):
    """MSE + weight * MMD between the batch's codes and as many standard normal ones: the WAE of RAE's released code,
    with its weights.

    MMD is the unbiased estimate with the inverse multiquadratic kernel, section 4 and algorithm 2; it may be negative.
    """

    def __init__(self, backbone: Backbone, *, weight: float = 3e-2) -> None:
        super().__init__(backbone)
        self.weight = weight

    def terms(self, x: Tensor, noise: Tensor | None) -> dict[str, Tensor]:
        z = self.encode(x)
        error = (self.decode(z) - x).square().mean()
        return {RECONSTRUCTION: error, "discrepancy": self.weight * discrepancy(z, noise)}

    def noise_shape(self, batch: int) -> tuple[int, int]:
        return batch, self.latent


def discrepancy(z: Tensor, prior: Tensor) -> Tensor:
    """Return the unbiased estimate of the squared maximum mean discrepancy of two samples [n, d]."""
    n = len(z)
    within = sum((kernel(s, s).sum() - n * len(SCALES)) / (n * (n - 1)) for s in (z, prior))  # without the diagonal
    return within - 2 * kernel(z, prior).mean()


def kernel(a: Tensor, b: Tensor) -> Tensor:
    """Return sum over scales of C / (C + |a - b|^2) with C = 2 d times the scale, [n, m]."""
    squares = (a[:, None] - b).square().sum(-1)
    return sum(c / (c + squares) for c in (2 * a.shape[1] * scale for scale in SCALES))
