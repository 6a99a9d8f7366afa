"""Control: the autoencoder at its initial weights; what it scores is owed to the architecture alone."""

from bench.models.base.autoencoder import Autoencoder
from bench.models.base.backbone import Backbone


class Model(Autoencoder):
    """A plain autoencoder with nothing to train, so the engine takes no steps."""

    def __init__(self, backbone: Backbone) -> None:
        super().__init__(backbone)
        self.requires_grad_(False)
