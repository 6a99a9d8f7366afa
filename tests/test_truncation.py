"""Truncated codes: exact gradients, codes of low rank (RRAE, arXiv 2405.13980)."""

import copy

import pytest
import torch
from safetensors.torch import save_file
from small_run import CPU, make_spec, pictures
from svd import truncate_by_svd

from bench.engine.build import initial_model, load_models
from bench.engine.checkpoint import Checkpoint
from bench.engine.training import Result, Trainer, train
from bench.job.command import Stop
from bench.models.base.truncation import truncate


def rows(count: int, width: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(count, width, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


def of_spectrum(values: list[float], count: int = 7, width: int = 6) -> torch.Tensor:
    """Return a matrix [count, width] with these singular values."""
    u, v = (torch.linalg.qr(rows(size, len(values), size))[0] for size in (count, width))
    return (u * torch.tensor(values, dtype=torch.float64)) @ v.T


def slopes(function, z: torch.Tensor, step: float = 1e-6) -> torch.Tensor:
    """Return a function's gradient by central differences."""
    gradient = torch.zeros_like(z)
    for index in range(z.numel()):
        change = torch.zeros_like(z)
        change.view(-1)[index] = step
        gradient.view(-1)[index] = (function(z + change) - function(z - change)) / (2 * step)
    return gradient


def test_the_truncation_is_the_nearest_matrix_of_its_rank():
    z = rows(9, 5)
    u, s, vt = torch.linalg.svd(z, full_matrices=False)
    near = truncate(z, 2)
    assert torch.linalg.matrix_rank(near) == 2
    assert (z - near).square().sum() == pytest.approx(s[2:].square().sum())  # Eckart and Young
    assert torch.allclose(truncate(z, 5), z)


@pytest.mark.parametrize(("count", "width", "rank"), [(6, 4, 2), (4, 6, 2), (5, 5, 5), (6, 4, 4), (4, 6, 4), (6, 4, 1)])
def test_gradients_are_those_of_finite_differences(count, width, rank):
    z = rows(count, width).requires_grad_()
    assert torch.autograd.gradcheck(lambda codes: truncate(codes, rank), (z,))


def off(found: torch.Tensor, true: torch.Tensor) -> float:
    """Return how far matrices are from the true ones, of these ones' size."""
    return ((found.double() - true).norm() / true.norm()).item()


def both(way, z: torch.Tensor, rank: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Return a truncation and its gradient along a fixed direction, in the codes' precision."""
    return way(z, rank), torch.func.grad(lambda codes: (way(codes, rank) * rows(*z.shape, 9).to(z)).sum())(z)


@pytest.mark.parametrize(
    ("count", "width", "rank"),
    [(32, 128, 16), (32, 32, 7), (48, 32, 31), (32, 128, 64), (1152, 512, 186), (32, 512, 1), (1, 3, 1)],
)
def test_values_and_gradients_are_those_of_singular_value_decompositions(count, width, rank):
    z = rows(count, width)
    for found, true in zip(both(truncate, z, rank), both(truncate_by_svd, z, rank), strict=True):
        assert off(found, true) < 1e-9


@pytest.mark.parametrize("rank", [4, 16, 28])
@pytest.mark.parametrize("least", [1e-2, 1e-4, 1e-6])
def test_codes_of_nearly_lower_rank_lose_less_than_in_a_decomposition_of_their_precision(least, rank):
    spectrum = (torch.logspace(0, torch.tensor(least).log10(), 32)).tolist()
    z = of_spectrum(spectrum, 32, 128).float()
    true = both(truncate_by_svd, z.double(), rank)
    for found, usual, exact in zip(both(truncate, z, rank), both(truncate_by_svd, z, rank), true, strict=True):
        assert off(found, exact) < max(1.01 * off(usual, exact), 1e-6)


@pytest.mark.parametrize(
    ("values", "rank"), [([3, 3, 3, 1, 1], 3), ([3, 3, 1, 1, 1], 2), ([2, 2, 0, 0, 0], 2), ([5, 1, 1, 1, 0], 1)]
)
def test_equal_singular_values_on_one_side_of_the_cut_leave_gradients_exact(values, rank):
    z, weight = of_spectrum(values), rows(7, 6, seed=9)

    def loss(codes):
        return (truncate(codes, rank) * weight).sum()

    assert torch.allclose(torch.func.grad(loss)(z), slopes(loss, z), atol=1e-6)


def test_a_cut_through_equal_values_has_a_finite_gradient():
    z = of_spectrum([3, 2, 2, 1]).requires_grad_()
    assert torch.autograd.grad(truncate(z, 2).square().sum(), z)[0].isfinite().all()


def test_gradients_under_vmap_are_those_of_each_matrix():
    z, weight = torch.stack([of_spectrum([3, 3, 1, 1]), of_spectrum([4, 2, 1, 0.5])]), rows(7, 6, seed=9)

    def loss(codes):
        return (truncate(codes, 2) * weight).sum()

    together = torch.func.vmap(torch.func.grad(loss))(z)
    for codes, gradient in zip(z, together, strict=True):
        assert torch.allclose(gradient, slopes(loss, codes), atol=1e-6)


def test_a_rank_on_the_device_is_as_good_as_a_number():
    z = torch.stack([rows(5, 4), rows(5, 4, 1)])
    assert torch.equal(truncate(z, torch.tensor(2)), truncate(z, 2))


def test_codes_that_are_not_finite_give_no_number_and_no_error():
    z = rows(4, 3)
    z[0, 0] = torch.nan
    assert truncate(z, 2).isnan().all()


def test_at_full_rank_it_is_the_plain_autoencoder():
    x = pictures(6) / 255
    plain, full = initial_model(make_spec("ae"), 0), initial_model(make_spec("rrae", rank=8), 0)
    assert torch.allclose(full.loss(x, None), plain.loss(x, None), rtol=1e-5)
    full.settle(pictures(), 8)
    assert torch.allclose(full.encode(x), plain.encode(x), atol=1e-5)
    assert torch.allclose(full.loss(x, None), plain.loss(x, None), rtol=1e-5)


@pytest.mark.parametrize(("model", "options"), [("rrae", {"rank": 3}), ("arrae", {"start": 3})])
def test_trained_codes_have_at_most_its_rank_and_inference_is_idempotent(model, options, tmp_path):
    spec = make_spec(model, seeds=(0, 1), epochs=3, **options)
    trained = train(spec, pictures(), Checkpoint(tmp_path, "d"))
    save_file(trained.state, tmp_path / "model.safetensors")
    for one in load_models(spec, tmp_path / "model.safetensors", CPU):
        z = one.encode(pictures(20) / 255)
        assert torch.linalg.svdvals(z)[3:].max() < 1e-5 * torch.linalg.svdvals(z)[0]
        assert torch.allclose(z @ one.projection, z, atol=1e-5)
        assert torch.allclose(one.decode(z @ one.projection), one.decode(z), atol=1e-5)


def test_the_last_epochs_train_the_decoder_alone():
    trainer = Trainer(make_spec("rrae", seeds=(0,), rank=3), pictures())
    trainer.epoch(0, Result({}))
    trainer.settle()
    before = copy.deepcopy(trainer.ensemble.state())
    trainer.epoch(1, Result({}))
    moved = {name.split(".")[0] for name, new in trainer.ensemble.state().items() if not torch.equal(new, before[name])}
    assert moved == {"decoder"}


@pytest.mark.parametrize(("model", "options"), [("rrae", {"rank": 0}), ("arrae", {"start": 0})])
def test_a_rank_that_leaves_no_code_stops_with_one_line(model, options):
    with pytest.raises(Stop, match="a rank of 0 leaves no code"):
        initial_model(make_spec(model, **options), 0)


def test_codes_in_a_known_subspace_are_projected_onto_it():
    model = initial_model(make_spec("rrae", rank=2), 0)
    with torch.no_grad():  # every code is a combination of the first two entries
        model.encoder[-1].weight[2:] = 0
        model.encoder[-1].bias[2:] = 0
        model.settle(pictures(), 8)
    assert torch.allclose(model.projection, torch.diag(torch.tensor([1.0, 1, 0, 0, 0, 0, 0, 0])), atol=1e-5)
