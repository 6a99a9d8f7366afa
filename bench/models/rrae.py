"""Rank Reduction Autoencoder, strong form (Mounayer et al., arXiv 2405.13980): codes of a rank chosen beforehand."""

from bench.models.base.backbone import Backbone
from bench.models.base.truncation import TruncatedAutoencoder


class Model(TruncatedAutoencoder):
    """Mean squared error; the decoder sees each batch of codes truncated to `rank` by an SVD.

    `fine_tune` is the share of the epochs, the last ones, in which the encoder is frozen.
    """

    def __init__(self, backbone: Backbone, *, rank: int, fine_tune: float = 0.1) -> None:
        super().__init__(backbone, rank, fine_tune)
