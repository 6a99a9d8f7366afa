import numpy as np
import pytest
import torch
from torch import nn

from bench.linear.chains import OPTIMISERS, Adam, GradientDescent, full_batch, products, train
from bench.linear.data import Case, Networks, best_loss, chain_rate, covariance, initial_networks
from bench.linear_rank import spectra

SETTINGS = {"size": 8, "latent": 5, "samples": 100, "noise": 0.02, "initial": 0.3}
EVERY = 10


def trained(networks, covariances, rate, optimiser, steps, scales=(1, 1, 1)):
    """Train a stack at one rate times (encoder, decoder, chain) and return its history."""
    rates = [torch.full((len(covariances),), rate * scale, dtype=torch.float64) for scale in scales]
    return train(networks, torch.tensor(covariances), rates, optimiser, steps, [0], EVERY)


def stacked(cases, **more):
    return np.array([covariance(case.rank, case.seed, SETTINGS | more) for case in cases])


def case(variant="default", scale=1.0, rate=0.01, rank=2, seed=0):
    return Case(variant, scale, rate, rank, seed)


# Training


@pytest.mark.parametrize("depth", [0, 1, 3])
def test_loss_and_gradients_are_those_of_a_plain_network_on_the_samples(depth):
    x = torch.randn(50, 8, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    networks = initial_networks([case(seed=0), case(seed=1)], depth, SETTINGS)
    step = full_batch(networks, (x.T @ x / 50).expand(2, 8, 8))
    for index in range(2):
        encoder, decoder = (part[index].clone() for part in networks[:2])
        factors = [encoder, *networks.chain[:, index].clone(), decoder]
        layers = [nn.Linear(*factor.T.shape, bias=False, dtype=torch.float64) for factor in factors]
        for layer, factor in zip(layers, factors, strict=True):
            layer.weight = nn.Parameter(factor)
        loss = (nn.Sequential(*layers)(x) - x).square().sum(1).mean()
        loss.backward()
        assert torch.allclose(step.loss[index], loss)
        gradients = [step.gradients.encoder[index], *step.gradients.chain[:, index], step.gradients.decoder[index]]
        for gradient, layer in zip(gradients, layers, strict=True):
            assert torch.allclose(gradient, layer.weight.grad)


@pytest.mark.parametrize(("ours", "theirs"), [(GradientDescent, torch.optim.SGD), (Adam, torch.optim.Adam)])
def test_the_optimisers_take_pytorchs_steps_at_rates_of_their_own(ours, theirs):
    cases, covariances = [case(seed=0), case(seed=1)], stacked([case(seed=0), case(seed=1)])
    networks, rates = initial_networks(cases, 2, SETTINGS), [0.01, 0.002]
    single = [[part.select(-3, index).clone() for part in networks] for index in range(2)]
    train(networks, torch.tensor(covariances), [torch.tensor(rates, dtype=torch.float64)] * 3, ours(), 5, [], EVERY)
    for index, (parts, rate) in enumerate(zip(single, rates, strict=True)):
        optimiser = theirs(parts, lr=rate)
        for _ in range(5):
            alone = Networks(parts[0][None], parts[1][None], parts[2][:, None])
            now = full_batch(alone, torch.tensor(covariances[index : index + 1]))
            for part, gradient in zip(parts, now.gradients, strict=True):
                part.grad = gradient.reshape(part.shape)
            optimiser.step()
        for part, whole in zip(parts, networks, strict=True):
            assert torch.allclose(part, whole.select(-3, index), atol=1e-12)


def test_without_a_chain_a_long_training_finds_the_principal_components():
    covariances = stacked([case(rank=3)], noise=0.2)
    history = trained(initial_networks([case("none")], 0, SETTINGS), covariances, 0.1, GradientDescent(), 6000)
    assert history.loss[-1].item() == pytest.approx(best_loss(covariances, [SETTINGS["latent"]])[0], rel=1e-6)


@pytest.mark.parametrize("variant", ["default", "orthogonal", "greedy"])
def test_codes_of_data_without_noise_have_no_more_dimensions_than_the_data(variant):
    cases = [case(variant, rank=rank) for rank in (2, 3)]
    history = trained(initial_networks(cases, 2, SETTINGS), stacked(cases, noise=0), 0.05, GradientDescent(), 500)
    values = spectra(history.codes.numpy())
    assert (values[0, 2:] < 1e-10 * values[0, 0]).all() and (values[1, 3:] < 1e-10 * values[1, 0]).all()


# The adjusted rate


def first_step(depth, scale, optimiser, rate=1e-6):
    """Return the change [5, 5] of the product in its first step, all else small."""
    cases = [case("greedy", scale)]
    networks = initial_networks(cases, depth, SETTINGS | {"initial": 1e-2})
    before = products(networks.chain)[-1].clone()
    chain = chain_rate(cases[0]._replace(rate=rate), depth, optimiser) / rate
    trained(networks, stacked(cases), rate, OPTIMISERS[optimiser](), 1, (0, 0, chain))
    return (products(networks.chain)[-1] - before)[0] / rate


@pytest.mark.parametrize("scale", [0.5, 1.0, 2.0])
@pytest.mark.parametrize("depth", [2, 4, 16])
def test_the_first_step_of_gradient_descent_depends_on_neither_depth_nor_scale(depth, scale):
    expected = first_step(1, 1.0, "sgd")
    tolerance = 2e-3 * expected.norm() * max(1.0, scale**depth)  # what the product adds to the gradient is small
    assert (first_step(depth, scale, "sgd") - expected).norm() < tolerance


@pytest.mark.parametrize("scale", [0.8, 1.0, 1.25])  # at 0.5 and 16 matrices gradients are as small as Adam's epsilon
@pytest.mark.parametrize("depth", [2, 4, 16])
def test_the_first_step_of_adam_is_about_as_long_whatever_depth_and_scale(depth, scale):
    expected = first_step(1, 1.0, "adam").norm()
    assert 0.4 < first_step(depth, scale, "adam").norm() / expected < 1.5


def test_the_scale_is_undone_for_good_only_if_encoder_and_decoder_follow_it():
    depth, scale = 3, 0.8
    gain, covariances = scale**depth, stacked([case()])
    usual = initial_networks([case("orthogonal")], depth, SETTINGS)
    encoder, decoder = (part.clone() / gain**0.5 for part in usual[:2])
    other = Networks(encoder, decoder, usual.chain.clone() * scale)
    rates = (1 / gain, 1 / gain, scale**2)
    expected = trained(usual, covariances, 0.03, GradientDescent(), 200).loss
    assert torch.allclose(trained(other, covariances, 0.03, GradientDescent(), 200, rates).loss, expected)
    assert expected[-1] < expected[0] / 2


def test_without_a_chain_or_adjustment_the_rate_stays():
    assert chain_rate(case("greedy", rate=0.1), 0, "sgd") == chain_rate(case("orthogonal", 0.5, 0.1), 4, "sgd") == 0.1
