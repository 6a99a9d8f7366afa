"""Encoders and decoders, built from a data set's `architecture` section."""

from collections.abc import Sequence
from itertools import pairwise
from math import prod
from typing import Literal

from torch import nn

Output = Literal["tanh", "sigmoid"]
HALVE = {"kernel_size": 4, "stride": 2, "padding": 1}  # halves (or, transposed, doubles) height and width


class Backbone:
    """Builds the encoder and decoder every model of a data set shares.

    `family: convolutional` is the shapes network: after the halving convolutions a last convolution maps the
    2x2 map to the code, and the decoder mirrors it. `family: dense` is the MNIST and CelebA network: fully
    connected layers meet at the code, and the decoder starts from an 8x8 map. Source: the released code's
    layer sizes (docs/protocol.md, rows 8 and 20), reimplemented; parameter counts are tested. `family: linear`
    is one linear layer to each side of the code: a linear autoencoder.
    """

    def __init__(self, shape: Sequence[int], latent: int, architecture: dict) -> None:
        self.channels, self.size = shape[0], shape[1]
        self.latent = latent
        settings = dict(architecture)
        family = settings.pop("family")
        families = {"convolutional": Convolutional, "dense": Dense, "linear": Linear}
        self.parts = families[family](self, **settings)

    def encoder(self, outputs: int) -> nn.Sequential:
        """Return the encoder, images [n, c, h, w] to [n, outputs]: the latent size, or twice it (VAE)."""
        return self.parts.encoder(outputs)

    def decoder(self, output: Output) -> nn.Sequential:
        """Return the decoder, codes [n, latent] to images [n, c, h, w] through a final tanh or sigmoid.

        Linear networks have no tanh, which would not be linear; the sigmoid stays, as binary cross-entropy needs it.
        """
        layers = self.parts.decoder()
        layers.append(self.parts.tanh() if output == "tanh" else nn.Sigmoid())
        return layers


class Convolutional:
    """Convolutions down to a 2x2 map and one more to the code (the paper's shapes network)."""

    tanh = nn.Tanh

    def __init__(
        self,
        backbone: Backbone,
        encoder: list[int],
        decoder: list[int],
        bottleneck_kernel: int,
        code_relu: bool,
    ) -> None:
        self.backbone, self.widths, self.decoder_widths = backbone, encoder, decoder
        # k4 s2 p1 sees the same four cells of a 2x2 map as k2; only the default initial scale differs (fan-in x 4).
        self.bottleneck = HALVE if bottleneck_kernel == 4 else {"kernel_size": bottleneck_kernel}
        self.code_relu = code_relu

    def encoder(self, outputs: int) -> nn.Sequential:
        last = nn.Conv2d(self.widths[-1], outputs, **self.bottleneck)
        end = [nn.ReLU()] if self.code_relu else []
        return nn.Sequential(*_halving([self.backbone.channels, *self.widths]), last, nn.Flatten(), *end)

    def decoder(self) -> nn.Sequential:
        latent, first = self.backbone.latent, self.decoder_widths[0]
        start = [
            nn.Unflatten(1, (latent, 1, 1)),
            nn.ConvTranspose2d(latent, first, **self.bottleneck),
            nn.ReLU(),
        ]
        return nn.Sequential(*start, *_doubling([*self.decoder_widths, self.backbone.channels])[:-1])


class Dense:
    """Convolutions, then linear layers on both sides of the code (the MNIST and CelebA networks)."""

    tanh = nn.Tanh

    def __init__(self, backbone: Backbone, encoder: list[int], decoder: list[int], decoder_relu: bool) -> None:
        self.backbone, self.widths, self.decoder_widths = backbone, encoder, decoder
        self.decoder_relu = decoder_relu

    def encoder(self, outputs: int) -> nn.Sequential:
        side = self.backbone.size >> len(self.widths)
        last = nn.Linear(self.widths[-1] * side * side, outputs)
        return nn.Sequential(*_halving([self.backbone.channels, *self.widths]), nn.Flatten(), last)

    def decoder(self) -> nn.Sequential:
        widths = self.decoder_widths
        side = self.backbone.size >> (len(widths) - 1)
        start = [nn.Linear(self.backbone.latent, widths[0] * side * side)]
        start += [nn.ReLU()] if self.decoder_relu else []
        last = nn.ConvTranspose2d(widths[-1], self.backbone.channels, kernel_size=1)
        return nn.Sequential(*start, nn.Unflatten(1, (widths[0], side, side)), *_doubling(widths), last)


class Linear:
    """One linear layer from the pixels to the code and one back."""

    tanh = nn.Identity

    def __init__(self, backbone: Backbone) -> None:
        self.backbone, self.shape = backbone, (backbone.channels, backbone.size, backbone.size)

    def encoder(self, outputs: int) -> nn.Sequential:
        return nn.Sequential(nn.Flatten(), nn.Linear(prod(self.shape), outputs))

    def decoder(self) -> nn.Sequential:
        return nn.Sequential(nn.Linear(self.backbone.latent, prod(self.shape)), nn.Unflatten(1, self.shape))


def _halving(widths: Sequence[int]) -> list[nn.Module]:
    return [layer for a, b in pairwise(widths) for layer in (nn.Conv2d(a, b, **HALVE), nn.ReLU())]


def _doubling(widths: Sequence[int]) -> list[nn.Module]:
    return [layer for a, b in pairwise(widths) for layer in (nn.ConvTranspose2d(a, b, **HALVE), nn.ReLU())]
