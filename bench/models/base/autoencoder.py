"""The contract every model keeps: the base class of `bench/models/*.py`."""

from typing import Any

import torch.nn.functional as F
from torch import Tensor, nn

from bench.models.base.backbone import Backbone, Output

RECONSTRUCTION = "reconstruction"  # of the terms of a loss the one that is no penalty


class Autoencoder(nn.Module):
    """A deterministic autoencoder for one seed; models override what differs.

    A model is a file `bench/models/<name>.py` with a class `Model` that derives from this one. Its
    keyword-only constructor arguments are its options in the config. It is written for a single seed, and the
    engine trains one of it per seed. On a GPU it records a few steps and replays them, so `terms` must do the same
    with every batch: it reads no tensor's value (`.item()`), keeps no state and draws no random numbers of its own
    (they come in as `noise`). A model that cannot keep to the first two says `recorded = False`. Every option must
    change what is learned: one that does not is found by tests/test_models.py.

    Parameters are drawn in the order encoder, decoder, then whatever the model adds, so that models of one
    seed start from the same encoder and decoder: comparisons between models are paired.

    Hooks with defaults: `noise_shape` (no noise), `groups` (one learning rate), `fit`,
    `after_step`, `settle` and `finish` (nothing), and two for the study of other protocols: `before_chain` and
    `posterior` (None: the model has no such thing). What must survive an interruption is a buffer.
    """

    recorded = True  # False: a step waits for the host, as an SVD does, or `after_step` does something
    settled_share = 0.0  # of the epochs, the last ones, those that follow `settle`

    def __init__(self, backbone: Backbone, *, outputs: int | None = None, output: Output = "tanh") -> None:
        super().__init__()
        self.latent = backbone.latent
        self.encoder = backbone.encoder(outputs or backbone.latent)
        self.decoder = backbone.decoder(output)

    def encode(self, x: Tensor) -> Tensor:
        """Map images [n, c, h, w] in [0, 1] to the codes [n, d] that every evaluation uses."""
        return self.encoder(x)

    def decode(self, z: Tensor) -> Tensor:
        """Map codes [n, d] to images [n, c, h, w]; tanh may leave [0, 1], so pixels are clamped later."""
        return self.decoder(z)

    def loss(self, x: Tensor, noise: Tensor | None) -> Tensor:
        """Return the training loss of a batch (a scalar): the sum of its `terms`."""
        return sum(self.terms(x, noise).values())

    def terms(self, x: Tensor, noise: Tensor | None) -> dict[str, Tensor]:
        """Return what the training loss of a batch adds up, scalars by name: `reconstruction` and every penalty, each
        times its weight. Here the mean squared error alone, equation (1) of the paper.
        """
        return {RECONSTRUCTION: F.mse_loss(self.decode(self.encode(x)), x)}

    def before_chain(self, x: Tensor) -> Tensor | None:
        """Return the codes [n, d] before the linear layers that inference absorbs, if there are any.

        Called on a model that is not finished: the released code's classifier reads these.
        """
        return None

    def posterior(self, x: Tensor) -> tuple[Tensor, Tensor] | None:
        """Return mean and log-variance [n, d] of q(z|x), if codes are drawn at random."""
        return None

    def noise_shape(self, batch: int) -> tuple[int, ...] | None:
        """Return the shape of the standard normal noise `loss` takes for a batch, or None."""
        return None

    def groups(self, lr: float) -> list[dict[str, Any]]:
        """Return the parameters to train in groups as Adam takes them, `params` and `lr`; in: the run's rate."""
        return [{"params": self.trained(), "lr": lr}]

    def trained(self) -> list[nn.Parameter]:
        """Return the parameters that are trained now."""
        return [p for p in self.parameters() if p.requires_grad]

    def fit(self, images: Tensor) -> dict[str, Tensor]:
        """Return the buffers that have a closed form by name, from the training images (uint8 [n, c, h, w])."""
        return {}

    def after_step(self, loss: Tensor) -> bool:
        """Act on the loss before a step, after it (`recorded` is to be False). True: the optimiser forgets the past."""
        return False

    def settle(self, images: Tensor, batch: int) -> None:
        """Prepare the last `settled_share` of the epochs, or inference if that is 0, from the training images (uint8
        [n, c, h, w]) and the size of a training batch. What is trained may change here.
        """

    def finish(self) -> None:
        """Fold what inference does not need; called on every trained model before it is used."""


def count_parameters(model: nn.Module) -> int:
    """Return the number of entries in the model's parameters."""
    return sum(p.numel() for p in model.parameters())
