"""The architectures against numbers counted from the released code (FACTS: parameters of encoder and decoder)."""

import pytest
import torch
from torch import nn

from bench.models.base.autoencoder import count_parameters
from bench.models.base.backbone import Backbone

SHAPES = {"family": "convolutional", "encoder": [32, 64, 128, 256], "decoder": [256, 128, 64, 32]}
SHAPES_CODE = {**SHAPES, "bottleneck_kernel": 2, "code_relu": False}
SHAPES_SUPPLEMENT = {**SHAPES, "bottleneck_kernel": 4, "code_relu": True}
MNIST = {"family": "dense", "encoder": [32, 64, 128, 256], "decoder": [128, 64, 32], "decoder_relu": True}
CELEBA = {
    "family": "dense",
    "encoder": [128, 256, 512, 1024],
    "decoder": [1024, 512, 256, 128],
    "decoder_relu": False,
}
BUMPS = {"family": "dense", "encoder": [32, 64], "decoder": [256, 128, 32, 8], "decoder_relu": True}
LINEAR = {"family": "linear"}
ALL = [
    ((3, 32, 32), 32, SHAPES_CODE),
    ((3, 32, 32), 32, SHAPES_SUPPLEMENT),
    ((1, 32, 32), 128, MNIST),
    ((3, 64, 64), 512, CELEBA),
    ((1, 64, 64), 200, BUMPS),
    ((3, 16, 16), 7, LINEAR),
]


@pytest.mark.parametrize(("shape", "latent", "architecture"), ALL)
def test_codes_and_images_have_the_right_shapes(shape, latent, architecture):
    with torch.device("meta"):
        backbone = Backbone(shape, latent, architecture)
        encoder, decoder = backbone.encoder(latent), backbone.decoder("tanh")
        x = torch.zeros(2, *shape)
        assert encoder(x).shape == (2, latent)
        assert decoder(encoder(x)).shape == x.shape


@pytest.mark.parametrize(
    ("shape", "latent", "architecture", "encoder", "decoder"),
    [((1, 32, 32), 128, MNIST, 820_320, 1_220_737), ((3, 64, 64), 512, CELEBA, 19_407_232, 44_631_299)],
)
def test_parameter_counts_are_those_of_the_released_code(shape, latent, architecture, encoder, decoder):
    with torch.device("meta"):
        backbone = Backbone(shape, latent, architecture)
        assert count_parameters(backbone.encoder(latent)) == encoder
        assert count_parameters(backbone.decoder("tanh")) == decoder


def test_outputs_end_in_tanh_or_sigmoid():
    backbone = Backbone((1, 32, 32), 8, MNIST)
    assert isinstance(backbone.decoder("tanh")[-1], nn.Tanh)
    assert isinstance(backbone.decoder("sigmoid")[-1], nn.Sigmoid)


def test_linear_networks_are_affine_but_for_the_sigmoid_of_a_vae():
    backbone = Backbone((1, 8, 8), 5, LINEAR)
    network = nn.Sequential(backbone.encoder(5), backbone.decoder("tanh"))
    one, other = torch.rand(2, 4, 1, 8, 8)
    assert torch.allclose(network((one + other) / 2), (network(one) + network(other)) / 2, atol=1e-6)
    assert count_parameters(network) == 64 * 5 + 5 + 5 * 64 + 64
    assert isinstance(backbone.decoder("sigmoid")[-1], nn.Sigmoid)


def test_the_supplement_ends_the_shapes_encoder_with_a_relu():
    x = torch.rand(4, 3, 32, 32)
    assert (Backbone((3, 32, 32), 32, SHAPES_SUPPLEMENT).encoder(32)(x) >= 0).all()
    assert (Backbone((3, 32, 32), 32, SHAPES_CODE).encoder(32)(x) < 0).any()


def test_a_four_by_four_bottleneck_sees_the_same_map_as_a_two_by_two_one():
    four = Backbone((3, 32, 32), 32, {**SHAPES_SUPPLEMENT, "code_relu": False}).encoder(32)
    two = Backbone((3, 32, 32), 32, SHAPES_CODE).encoder(32)
    state = four.state_dict()
    state["8.weight"] = state["8.weight"][:, :, 1:3, 1:3]  # padding covers the rest of the kernel
    two.load_state_dict(state)
    x = torch.rand(3, 3, 32, 32)
    assert torch.allclose(four(x), two(x), atol=1e-6)
