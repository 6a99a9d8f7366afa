"""Gradients where singular values are equal or zero: finite, and no larger than those of separated values."""

from functools import partial

import pytest
import torch
from small_run import make_spec, pictures

from bench.engine.build import initial_model
from bench.models.base.truncation import truncate
from bench.models.lorae import nuclear_norm

SEEDS = 25
# Images, code size and rank: more images than entries, as many, and fewer.
SIZES = [(32, 8, 3), (32, 32, 7), (64, 32, 16), (16, 64, 4), (32, 128, 16), (3, 2, 1)]
# Relative differences across the cut that are none: exact ties in every basis, and up to a tenth of sqrt(eps).
TIES = [(torch.float32, 0.0), (torch.float32, 3e-5), (torch.float64, 0.0), (torch.float64, 1e-9)]


def of_values(values: torch.Tensor, count: int, width: int, seed: int) -> torch.Tensor:
    """Return a matrix [count, width] in float64 with these singular values in random orthogonal bases."""
    generator = torch.Generator().manual_seed(seed)
    u, v = (
        torch.linalg.qr(torch.randn(size, len(values), generator=generator, dtype=torch.float64))[0]
        for size in (count, width)
    )
    return (u * values) @ v.T


def directions(count: int, width: int) -> torch.Tensor:
    """Return gradients [SEEDS, count, width] of norm 1."""
    g = torch.randn(SEEDS, count, width, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    return g / torch.linalg.matrix_norm(g)[:, None, None]


def pull_back(z: torch.Tensor, g: torch.Tensor, rank: int) -> torch.Tensor:
    """Return the gradients with respect to z of the products of its truncation with g, for every seed as one trains."""
    return torch.func.vmap(torch.func.grad(lambda codes, one: (truncate(codes, rank) * one).sum()))(z, g)


@pytest.mark.parametrize(("count", "width", "rank"), SIZES)
@pytest.mark.parametrize(("dtype", "difference"), TIES)
def test_a_tie_across_the_cut_gives_no_larger_a_gradient_than_the_separated_pairs(
    count, width, rank, dtype, difference
):
    values = torch.linspace(3, 1, min(count, width), dtype=torch.float64)
    values[rank] = values[rank - 1] * (1 - difference)
    z = torch.stack([of_values(values, count, width, seed) for seed in range(SEEDS)]).to(dtype)
    kept, cut = values[:rank, None], values[rank:]
    factors = kept / (kept - cut)  # by which a pair multiplies its entries of the gradient
    factors[-1, 0] = 0
    norms = torch.linalg.matrix_norm(pull_back(z, directions(count, width).to(dtype), rank))
    assert norms.max() <= 1.01 * max(1.0, factors.max().item())


@pytest.mark.parametrize(("dtype", "second"), [(torch.float32, 0.99), (torch.float64, 0.99), (torch.float64, 1 - 1e-6)])
def test_a_pair_that_rounding_tells_apart_has_its_whole_gradient(dtype, second):
    z = torch.diag(torch.tensor([1, second], dtype=dtype)).requires_grad_()
    weight = torch.tensor([[0, 0.3], [0.7, 0]], dtype=dtype)
    (gradient,) = torch.autograd.grad((truncate(z, 1) * weight).sum(), z)
    # By hand: the kept direction turns by (s_1 dz_21 + s_2 dz_12) / (s_1^2 - s_2^2) on the left, mirrored on the right.
    gap = 1 - z[1, 1].double().item() ** 2
    expected = torch.tensor([[0, 0.3 + second * 0.7], [0.7 + second * 0.3, 0]], dtype=torch.float64) / gap
    assert torch.allclose(gradient.double(), expected, rtol=1e-4 if dtype == torch.float32 else 1e-9, atol=1e-6)


@pytest.mark.parametrize("scale", [1e-30, 1e-15, 1e15])
def test_the_size_of_the_codes_does_not_change_a_gradient(scale):
    z = of_values(torch.linspace(3, 1, 8, dtype=torch.float64), 16, 8, 0).float().expand(SEEDS, 16, 8)
    g = directions(16, 8).float()
    assert torch.allclose(pull_back(z * scale, g, 3), pull_back(z, g, 3), rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_a_batch_of_lower_rank_than_the_cut_keeps_the_gradient_of_what_it_spans(dtype):
    values = torch.tensor([2.0, 1, 0, 0, 0, 0], dtype=torch.float64)
    z, g = of_values(values, 9, 6, 0), directions(9, 6)
    u, _, vt = torch.linalg.svd(z)
    gradient = pull_back(z.to(dtype).expand(SEEDS, 9, 6), g.to(dtype), 4).double()
    # Along a direction or code that the batch spans the truncation changes nothing.
    assert torch.allclose(u[:, :2].T @ gradient, u[:, :2].T @ g, atol=1e-5)
    assert torch.allclose(gradient @ vt[:2].T, g @ vt[:2].T, atol=1e-5)
    assert torch.linalg.matrix_norm(gradient).max() <= 1.01


def test_equal_codes_and_codes_of_zero_have_a_finite_gradient():
    for z in (torch.zeros(SEEDS, 9, 6), torch.ones(SEEDS, 9, 6)):
        assert torch.linalg.matrix_norm(pull_back(z, directions(9, 6).float(), 3)).max() <= 1.01


def weight_gradient(matrix: torch.Tensor, weight: float) -> torch.Tensor:
    """Return LoRAE's gradient with respect to its matrix."""
    model = initial_model(make_spec("lorae", weight=weight), 0).to(matrix.dtype)
    with torch.no_grad():
        model.chain[0].weight.copy_(matrix)
    x = pictures(6).to(matrix.dtype) / 255
    return torch.autograd.grad(model.loss(x, None), model.chain[0].weight)[0]


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("values", [[2.0] * 8, [2, 2, 2, 1, 1, 1, 1, 0.5], [2, 2, 1, 1, 0, 0, 0, 0], [0.0] * 8])
def test_the_nuclear_norm_has_a_bounded_gradient_at_equal_and_at_zero_values(values, dtype):
    values = torch.tensor(values, dtype=torch.float64)
    for seed in range(SEEDS):
        matrix = of_values(values, 8, 8, seed)
        g = (weight_gradient(matrix.to(dtype), 1.0) - weight_gradient(matrix.to(dtype), 0.0)).double()
        assert torch.linalg.matrix_norm(g, 2) <= 1.01
        # Where a value is not zero its direction's share is exact: M moved along it grows by that alone.
        spanned = values > 0
        u, _, vt = torch.linalg.svd(matrix)
        assert torch.allclose(u[:, spanned].T @ g @ vt[spanned].T, torch.eye(int(spanned.sum())).double(), atol=1e-4)


def slope(norm, matrix: torch.Tensor) -> torch.Tensor:
    return torch.func.grad(norm)(matrix).double()


@pytest.mark.parametrize("least", [1.0, 1e-2, 1e-5])
@pytest.mark.parametrize("size", [1, 8, 128])
def test_the_nuclear_norm_and_its_gradient_are_those_of_a_singular_value_decomposition(size, least):
    by_svd = partial(torch.linalg.matrix_norm, ord="nuc")
    matrix = of_values(torch.logspace(0, torch.tensor(least).log10(), size, dtype=torch.float64), size, size, 0)
    assert torch.allclose(nuclear_norm(matrix), by_svd(matrix), rtol=1e-12, atol=0)
    assert torch.allclose(slope(nuclear_norm, matrix), slope(by_svd, matrix), rtol=0, atol=1e-9)
    single = matrix.float()
    true = slope(by_svd, single.double())
    usual = (slope(by_svd, single) - true).norm()
    assert (slope(nuclear_norm, single) - true).norm() < 5 * usual + 1e-6


def test_a_matrix_that_is_not_finite_has_no_nuclear_norm_and_stops_nothing():
    assert nuclear_norm(torch.tensor([[1.0, torch.inf], [0.0, 1.0]])).isnan()


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_the_volume_has_a_finite_gradient_where_a_code_entry_does_not_vary(dtype):
    model = initial_model(make_spec("least_volume", weight=1.0), 0).to(dtype)
    with torch.no_grad():
        model.encoder[-1].weight[3:] = 0
    loss = partial(model.loss, pictures(6).to(dtype) / 255, None)
    assert all(g.isfinite().all() for g in torch.autograd.grad(loss(), model.trained()))
