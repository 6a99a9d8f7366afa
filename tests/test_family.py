"""The other relatives against truths that do not come from our code: formulas worked out, SciPy, pythae."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from scipy.stats import special_ortho_group
from small_run import make_spec

from bench.engine.build import initial_model
from bench.engine.training import start
from bench.models.least_volume import OperatorNorm
from bench.models.wae import discrepancy


def batch(count: int = 6) -> torch.Tensor:
    return torch.rand(count, 1, 32, 32, generator=torch.Generator().manual_seed(3))


def mean_square(model, x: torch.Tensor) -> torch.Tensor:
    """Return the mean squared error of a batch."""
    return (model.decode(model.encode(x)) - x).square().mean()


@pytest.mark.parametrize("scale", [0.5, 1.0, 2.0])
def test_the_singular_values_of_a_greedy_chain_are_all_the_scale_to_the_depth(scale):
    model = initial_model(make_spec("greedy_rank", depth=3, scale=scale), 0)
    whole = model.chain[2].weight @ model.chain[1].weight @ model.chain[0].weight
    assert torch.allclose(torch.linalg.svdvals(whole), torch.full((8,), scale**3), rtol=1e-5)


def first_move(depth: int, scale: float) -> float:
    """Return how far Adam's first step moves the product of a chain, without what scale and depth do not reach."""
    spec = replace(make_spec("greedy_rank", seeds=(0,), lr=1e-5, depth=depth, scale=scale), latent=64)
    ensemble = start(spec, torch.zeros(4, 1, 32, 32, dtype=torch.uint8))
    model = ensemble.models[0]

    def product() -> torch.Tensor:
        return torch.linalg.multi_dot([torch.eye(64), *(layer.weight.detach().clone() for layer in model.chain[::-1])])

    before = product()
    ensemble.step([lambda: model.loss(batch(4), None)])
    return (product() - before).norm().item()


def test_depth_and_scale_hardly_change_the_first_step_of_a_greedy_chain():
    moves = [first_move(depth, scale) for depth, scale in [(1, 1.0), (2, 1.0), (8, 1.0), (4, 0.8), (4, 1.25)]]
    # Steps of the matrices are signs of different gradients and do not add up exactly: within a factor of four, where
    # without the adjustment 8 matrices would move 8 times as far at least.
    assert max(moves) < 4 * min(moves)


def test_a_greedy_chain_without_matrices_is_the_plain_autoencoder():
    plain, chain = initial_model(make_spec("ae"), 0), initial_model(make_spec("greedy_rank", depth=0), 0)
    assert torch.equal(chain.loss(batch(), None), plain.loss(batch(), None))


def test_lorae_adds_the_sum_of_the_singular_values_of_the_matrix_it_uses():
    model = initial_model(make_spec("lorae", weight=0.5), 0)
    with torch.no_grad():
        rotation = special_ortho_group.rvs(8, random_state=0)
        model.chain[0].weight.copy_(torch.from_numpy(rotation * np.arange(8)))  # columns of length 0 to 7
    x = batch()
    error = (model.decode(model.encoder(x) @ model.chain[0].weight.T) - x).square().mean()
    assert torch.allclose(model.loss(x, None), error + 0.5 * 28, rtol=1e-5)


def test_the_penalty_of_lorae_alone_lowers_every_singular_value():
    model = initial_model(make_spec("lorae", weight=1.0), 0)
    before = torch.linalg.svdvals(model.chain[0].weight)
    (gradient,) = torch.autograd.grad(torch.linalg.matrix_norm(model.chain[0].weight, "nuc"), model.chain[0].weight)
    after = torch.linalg.svdvals(model.chain[0].weight - 1e-3 * gradient)
    assert torch.allclose(before - after, torch.full((8,), 1e-3), atol=1e-5)


def test_irmae_wd_adds_half_the_squared_parameters_all_of_them():
    plain, decayed = (initial_model(make_spec(name, depth=2), 0) for name in ("irmae", "irmae_wd"))
    decayed.weight_decay = 0.01
    squares = sum(p.square().sum() for p in plain.parameters())
    assert torch.allclose(decayed.loss(batch(), None), plain.loss(batch(), None) + 0.005 * squares)


def test_rae_adds_the_mean_square_of_the_codes_and_the_squared_kernels_of_the_decoder():
    x = batch()
    model = initial_model(make_spec("rae", code=0.3, decoder=0.2), 0)
    kernels = sum(p.square().sum() for name, p in model.decoder.named_parameters() if name.endswith("weight"))
    penalties = 0.3 * model.encode(x).square().mean() + 0.2 * kernels
    assert torch.allclose(model.loss(x, None), mean_square(model, x) + penalties, rtol=1e-5)


def test_rae_gp_adds_the_mean_squared_gradient_of_the_squared_image_with_respect_to_its_code():
    x = batch(3)
    model = initial_model(make_spec("rae", code=0.0, decoder=50.0, penalty="gradient"), 0)
    z = model.encode(x)
    # By the chain rule from the Jacobian, an image at a time: d|y|^2 / dz = 2 y^T dy/dz.
    jacobians = [torch.autograd.functional.jacobian(lambda one: model.decode(one).flatten(), each[None]) for each in z]
    images = model.decode(z).flatten(1)
    gradients = torch.stack([2 * y @ jacobian[:, 0] for y, jacobian in zip(images, jacobians, strict=True)])
    assert torch.allclose(model.loss(x, None), mean_square(model, x) + 50 * gradients.square().mean(), rtol=1e-5)


def test_wae_discrepancy_is_unbiased_and_grows_with_the_distance():
    draws = torch.randn(400, 2, 64, 3, generator=torch.Generator().manual_seed(0))
    same = torch.stack([discrepancy(*pair) for pair in draws])
    assert abs(same.mean()) < 4 * same.std() / 20  # a mean of zero, by its standard error
    near, far = (discrepancy(draws[0, 0] + shift, draws[0, 1]) for shift in (0.5, 3.0))
    assert 0 < near < far


def test_least_volume_adds_the_geometric_mean_of_the_spreads():
    model = initial_model(make_spec("least_volume", weight=2.0), 0).eval()
    x = batch()
    error = (model.decode(model.encode(x)) - x).square().mean()
    spread = np.std(model.encode(x).detach().numpy(), axis=0, ddof=1)
    assert model.loss(x, None).item() == pytest.approx(error.item() + 2 * np.prod(spread + 1) ** (1 / 8), rel=1e-5)


def as_matrix(layer: torch.nn.Module, shape: torch.Size) -> torch.Tensor:
    """Return the matrix of a layer without its bias, column by column, on inputs of a shape [1, ...]."""
    basis = torch.eye(shape.numel()).view(-1, *shape[1:])
    return (layer(basis) - layer(torch.zeros_like(basis))).flatten(1).T


def test_least_volume_ends_with_a_decoder_whose_every_layer_has_norm_one_as_a_map_and_no_more():
    model = initial_model(make_spec("least_volume"), 0)
    for _ in range(300):  # power iterations
        model.decode(torch.randn(2, 8))
    model.eval().finish()
    x, norms = torch.zeros(1, 8), []
    for layer in model.decoder:
        if hasattr(layer, "weight"):
            norms.append(torch.linalg.matrix_norm(as_matrix(layer, x.shape), 2))
        x = layer(x)
    assert torch.allclose(torch.stack(norms), torch.ones(4), rtol=2e-3)
    one, other = torch.randn(2, 500, 8) * 10
    away = (model.decode(one) - model.decode(other)).flatten(1).norm(dim=1)
    assert (away <= 1.002 * (one - other).norm(dim=1)).all()
    assert {name for name, _ in model.named_parameters()} == {
        name for name, _ in initial_model(make_spec("ae"), 0).named_parameters()
    }


def test_the_norm_of_a_convolution_is_larger_than_that_of_its_kernel_as_a_matrix():
    """Why PyTorch's spectral_norm leaves a decoder that stretches."""
    layer = torch.nn.ConvTranspose2d(4, 3, kernel_size=4, stride=2, padding=1, bias=False)
    whole = torch.linalg.matrix_norm(as_matrix(layer, torch.Size((1, 4, 8, 8))), 2)
    normed = OperatorNorm(layer, torch.Size((1, 4, 8, 8)))
    for _ in range(300):
        normed(layer.weight)
    assert torch.allclose(normed(layer.weight), layer.weight / whole, rtol=2e-3)
    assert whole > 1.1 * torch.linalg.matrix_norm(layer.weight.transpose(0, 1).flatten(1), 2)


PYTHAE = "pythae 0.1.2 is not installed (`pip install --no-deps pythae==0.1.2`): its losses are not compared"
SIZE = {"input_dim": (1, 32, 32), "latent_dim": 8}


# pythae sums over pixels and codes and halves the square; it puts RAE-L2's decoder penalty into the optimiser, and its
# RAE-GP takes the gradient with respect to the image.
@pytest.mark.parametrize(
    ("name", "config_class", "config", "model", "options"),
    [
        (
            "RAE_L2",
            "RAE_L2_Config",
            {"embedding_weight": 2 * 0.3 * 1024 / 8},
            "rae",
            {"code": 0.3, "decoder": 0.0},
        ),
        ("WAE_MMD", "WAE_MMD_Config", {"reg_weight": 1024 * 0.03}, "wae", {"weight": 0.03}),
        # A mean of binary cross-entropies and twice the usual divergence over 8 entries (docs/protocol.md, VAE).
        ("BetaVAE", "BetaVAEConfig", {"reconstruction_loss": "bce", "beta": 2 * 0.3 * 1024 / 8}, "vae", {"beta": 0.3}),
    ],
)
def test_losses_are_those_of_pythae(name, config_class, config, model, options):
    pythae = pytest.importorskip("pythae.models", reason=PYTHAE)
    theirs = getattr(pythae, name)(getattr(pythae, config_class)(**SIZE, **config))
    ours, x = initial_model(make_spec(model, **options), 0), batch().requires_grad_()
    noise = torch.randn(6, 8, generator=torch.Generator().manual_seed(4))
    if name == "BetaVAE":
        mean, log_variance = ours.posterior(x)
        z = mean + noise * (0.5 * log_variance).exp()
        loss = theirs.loss_function(ours.decode(z), x.detach(), mean, log_variance, z)[0]
    else:
        z = ours.encode(x)
        loss = theirs.loss_function(ours.decode(z), x, z, *([noise] if name == "WAE_MMD" else []))[0]
    assert torch.allclose(ours.loss(x.detach(), noise) * 1024, loss, rtol=1e-4)
