"""Control: principal component analysis, the best linear code of the same size."""

import torch
from scipy.linalg import eigh
from torch import Tensor, nn

from bench.models.base.autoencoder import Autoencoder
from bench.models.base.backbone import Backbone


class Model(Autoencoder):
    """z = V^T (x - mean) with V the leading `latent` principal directions of the training images."""

    def __init__(self, backbone: Backbone) -> None:
        nn.Module.__init__(self)  # no encoder and decoder networks
        self.shape = (backbone.channels, backbone.size, backbone.size)
        pixels = backbone.channels * backbone.size**2
        self.register_buffer("mean", torch.zeros(pixels))
        self.register_buffer("directions", torch.zeros(pixels, backbone.latent))

    def encode(self, x: Tensor) -> Tensor:
        return (x.flatten(1) - self.mean) @ self.directions

    def decode(self, z: Tensor) -> Tensor:
        return (z @ self.directions.T + self.mean).unflatten(1, self.shape)

    def fit(self, images: Tensor) -> dict[str, Tensor]:
        mean, covariance = _moments(images)
        pixels, size = self.directions.shape
        # SciPy finds the leading vectors alone, which takes a fraction of the time of all of them.
        vectors = eigh(covariance.cpu().numpy(), subset_by_index=[pixels - size, pixels - 1])[1][:, ::-1]
        return {"mean": mean, "directions": torch.from_numpy(vectors.copy())}


def _moments(images: Tensor, rows: int = 8192) -> tuple[Tensor, Tensor]:
    """Return mean [p] and covariance [p, p] of uint8 images scaled to [0, 1], in float64, by chunks."""
    pixels = images[0].numel()
    total = torch.zeros(pixels, dtype=torch.float64, device=images.device)
    second = torch.zeros(pixels, pixels, dtype=torch.float64, device=images.device)
    for chunk in images.split(rows):
        flat = chunk.flatten(1).double() / 255
        total += flat.sum(0)
        second += flat.T @ flat
    mean = total / len(images)
    return mean, second / len(images) - mean.outer(mean)
