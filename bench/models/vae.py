"""Variational autoencoder with the released code's loss: the VAE rows of Tables 1 and 2."""

import torch.nn.functional as F
from torch import Tensor

from bench.models.base.autoencoder import RECONSTRUCTION, Autoencoder
from bench.models.base.backbone import Backbone


class Model(Autoencoder):
    """Mean binary cross-entropy + beta * mean(e^logvar + mu^2 - 1 - logvar), sigmoid output, code twice as
    wide.

    Both terms are means and the KL divergence lacks its usual factor 1/2, as released. In the usual
    convention (sums, and the factor 1/2) beta = 0.1 is beta_eff = 2 * 0.1 * (pixels * channels) / latent: 1.6
    on MNIST (docs/protocol.md).
    """

    def __init__(self, backbone: Backbone, *, beta: float = 0.1) -> None:
        super().__init__(backbone, outputs=2 * backbone.latent, output="sigmoid")
        self.beta = beta

    def posterior(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return mean and log-variance [n, d] of q(z|x)."""
        mean, log_variance = self.encoder(x).chunk(2, dim=1)
        return mean, log_variance

    def encode(self, x: Tensor) -> Tensor:
        """Return the posterior means [n, d]."""
        return self.posterior(x)[0]

    def terms(self, x: Tensor, noise: Tensor | None) -> dict[str, Tensor]:
        mean, log_variance = self.posterior(x)
        z = mean + noise * (0.5 * log_variance).exp()
        divergence = (log_variance.exp() + mean.square() - 1 - log_variance).mean()
        decoded = self.decode(z)
        # NaN, a diverged seed's, is an error of binary_cross_entropy, on a GPU one that ends all seeds' process.
        reconstruction = F.binary_cross_entropy(decoded.nan_to_num(0.5), x) + 0 * decoded.mean()
        return {RECONSTRUCTION: reconstruction, "divergence": self.beta * divergence}

    def noise_shape(self, batch: int) -> tuple[int, int]:
        return batch, self.latent
