"""The codes of Figures 3, 5 and 8: lines between two codes, and grids on the principal plane."""

import numpy as np
import pytest

from bench.measures.base.pictures import interpolate, pca_grid


def test_a_line_starts_and_ends_at_codes_of_the_set_and_its_middle_is_their_mean():
    z = np.random.default_rng(0).normal(size=(20, 4))
    lines = interpolate(z, pairs=3, steps=5)
    assert lines.shape == (3, 5, 4)
    assert {tuple(code) for code in lines[:, [0, -1]].reshape(6, 4)} <= {tuple(code) for code in z}
    assert np.allclose(lines[:, 2], (lines[:, 0] + lines[:, -1]) / 2)
    assert np.allclose(np.diff(lines, axis=1), np.diff(lines, axis=1)[:, :1])


def test_no_image_is_an_end_twice():
    z = np.arange(20.0)[:, None]
    ends = interpolate(z, pairs=10, steps=2)
    assert sorted(ends.ravel()) == z.ravel().tolist()


def test_variants_share_their_pairs():
    z = np.random.default_rng(0).normal(size=(20, 4))
    assert np.allclose(interpolate(-3 * z, 3, 5), -3 * interpolate(z, 3, 5))


def plane_codes() -> np.ndarray:
    """Codes [400, 3] of mean (1, 2, 3) and standard deviations 4, 0.5 and 2 along the axes, uncorrelated."""
    signs = np.array([[a, b, c] for a in (-1, 1) for b in (-1, 1) for c in (-1, 1)] * 50)
    return np.array([1.0, 2.0, 3.0]) + signs * np.array([4.0, 0.5, 2.0]) * np.sqrt(399 / 400)


def test_the_grid_spans_the_two_widest_directions_in_standard_deviations():
    grid = pca_grid(plane_codes(), size=5, extent=2.0)
    assert grid.shape == (5, 5, 3)
    assert grid[2, 2] == pytest.approx([1, 2, 3])
    assert grid[..., 1] == pytest.approx(np.full((5, 5), 2.0))  # the narrow direction stays at its mean
    columns, rows = np.diff(grid, axis=1), np.diff(grid, axis=0)
    assert np.abs(columns) == pytest.approx(np.broadcast_to([4.0, 0.0, 0.0], (5, 4, 3)), abs=1e-9)
    assert np.abs(rows) == pytest.approx(np.broadcast_to([0.0, 0.0, 2.0], (4, 5, 3)), abs=1e-9)


def test_twice_gives_the_same_grid_and_the_scale_of_the_codes_carries_over():
    z = np.random.default_rng(0).normal(size=(200, 6)) * np.arange(1, 7)
    assert np.array_equal(pca_grid(z, 4, 2.0), pca_grid(z, 4, 2.0))
    assert pca_grid(1e-4 * z, 4, 2.0) == pytest.approx(1e-4 * pca_grid(z, 4, 2.0))


@pytest.mark.parametrize("value", [1.0, 0.1])
def test_constant_codes_give_a_grid_of_one_code(value):
    z = np.full((50, 4), value, dtype=np.float32)
    assert pca_grid(z, 3, 2.0) == pytest.approx(np.full((3, 3, 4), value), abs=1e-6)


def test_a_grid_of_codes_that_are_not_finite_is_no_number():
    z = plane_codes()
    z[0, 0] = np.inf
    assert np.isnan(pca_grid(z, 3, 2.0)).all()
