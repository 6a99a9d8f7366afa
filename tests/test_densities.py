from functools import partial

import numpy as np
import pytest
from sklearn.exceptions import ConvergenceWarning
from sklearn.mixture import GaussianMixture
from small_run import CPU

from bench.job.command import Stop
from bench.measures.base import densities
from bench.measures.base.densities import fit_gmm, fit_gmm_to_tensor
from bench.records.stream import stream_seed

SETTINGS = {"count": 20000, "covariance_floor": 1e-6}

sample = partial(densities.sample, device=CPU)


def normal(n=3000, d=3, seed=0) -> np.ndarray:
    """Codes from a Gaussian with a mean and a covariance of its own, float32."""
    generator = np.random.default_rng(seed)
    return (generator.normal(size=(n, d)) @ generator.normal(size=(d, d)) + np.arange(d)).astype(np.float32)


def two_clusters() -> np.ndarray:
    """600 codes near (-5, 0) with deviation 0.1 and 1400 near (5, 0) with deviation 1."""
    generator = np.random.default_rng(0)
    left = generator.normal([-5, 0], 0.1, size=(600, 2))
    return np.concatenate([left, generator.normal([5, 0], 1.0, size=(1400, 2))])


def line(d=5) -> np.ndarray:
    """Codes of rank one: their only variance, 3, lies along the diagonal; mean variance 3/d."""
    generator = np.random.default_rng(0)
    z = generator.choice([-1.0, 1.0], size=(4000, 1))
    return np.sqrt(3 / d) * (z - z.mean()) / z.std() * np.ones((1, d))


def blobs(d=20) -> np.ndarray:
    """Codes of rank 5 in four overlapping groups of unequal widths."""
    generator = np.random.default_rng(0)
    group = generator.integers(4, size=800)
    centres, widths = generator.normal(size=(4, 5)), generator.uniform(0.5, 1.5, size=(4, 5))
    return (centres[group] + widths[group] * generator.normal(size=(800, 5))) @ generator.normal(size=(5, d))


@pytest.mark.parametrize("density", ["gaussian", "gmm"])
def test_mean_and_covariance_are_recovered(density):
    z = normal()
    drawn = sample(z, 1, SETTINGS, seed=0)[0][density]
    assert drawn.shape == (20000, 3) and drawn.dtype == np.float32
    scale = float(z.std(0).max())
    assert drawn.mean(0) == pytest.approx(z.mean(0), abs=0.05 * scale)
    assert np.cov(drawn.T) == pytest.approx(np.cov(z.T), abs=0.05 * scale**2)


def test_the_mixture_finds_two_clusters_that_the_gaussian_blurs():
    samples, metrics = sample(two_clusters(), 2, SETTINGS, seed=0)
    left = samples["gmm"][:, 0] < 0
    assert left.mean() == pytest.approx(0.3, abs=0.02)
    assert samples["gmm"][left].std(0) == pytest.approx([0.1, 0.1], rel=0.1)
    assert samples["gmm"][~left].mean(0) == pytest.approx([5, 0], abs=0.1)
    assert (abs(samples["gmm"][:, 0]) < 1).mean() == 0
    assert (abs(samples["gaussian"][:, 0]) < 1).mean() > 0.1
    assert metrics["gmm_converged"] == 1 and metrics["gmm_iterations"] >= 1


def test_samples_of_the_mixture_come_in_random_order():
    first = sample(two_clusters(), 2, SETTINGS, seed=0)[0]["gmm"][:100, 0] < 0
    assert 10 < first.sum() < 60


@pytest.mark.parametrize("density", ["gaussian", "gmm"])
@pytest.mark.parametrize("floor", [1e-6, 1e-2])
def test_directions_without_variance_get_the_floor_times_the_mean_variance(density, floor):
    z = line()
    samples, metrics = sample(z, 1, {**SETTINGS, "covariance_floor": floor}, seed=0)
    variances = np.linalg.eigvalsh(np.cov(samples[density].astype(np.float64).T))
    assert metrics["covariance_floor"] == pytest.approx(floor * 3 / 5)
    assert variances[:-1] == pytest.approx([floor * 3 / 5] * 4, rel=0.1)
    assert variances[-1] == pytest.approx(3, rel=0.1)


@pytest.mark.parametrize("scale", [1e-3, 1e-6, 1e3])
@pytest.mark.parametrize("codes", [normal, two_clusters])
def test_scaled_codes_give_scaled_samples_and_nothing_else(codes, scale):
    z = codes().astype(np.float64)
    samples, metrics = sample(z, 2, SETTINGS, seed=0)
    scaled, scaled_metrics = sample(scale * z, 2, SETTINGS, seed=0)
    for density, drawn in samples.items():
        assert np.allclose(scaled[density] / scale, drawn, rtol=1e-5, atol=1e-5 * z.std())
    floors = [each.pop("covariance_floor") for each in (metrics, scaled_metrics)]
    assert floors[1] == pytest.approx(scale**2 * floors[0])
    assert scaled_metrics == metrics


def test_the_scale_of_codes_of_low_rank_adds_no_variance():
    one, scaled = (sample(scale * line(), 2, SETTINGS, seed=0)[0] for scale in (1, 1e-3))
    for density in one:
        variances = [np.linalg.eigvalsh(np.cov(drawn[density].T.astype(np.float64))) for drawn in (one, scaled)]
        assert variances[1] == pytest.approx(1e-6 * variances[0], rel=0.05)


@pytest.mark.parametrize(("count", "components"), [(3, 4), (1, 1), (5, 8)])
def test_fewer_codes_than_components_are_one_line(count, components):
    with pytest.raises(Stop, match=f"{count} codes are too few for a mixture of {components} components"):
        sample(normal()[:count], components, SETTINGS, seed=0)


def test_constant_codes_are_sampled_as_they_are():
    samples, _ = sample(np.full((50, 3), 2.5), 2, SETTINGS, seed=0)
    for drawn in samples.values():
        assert (drawn == 2.5).all()


@pytest.mark.parametrize(
    ("codes", "components"),
    [(two_clusters, 2), (partial(normal, 800), 3), (line, 2), (blobs, 4)],
    ids=["clusters", "one", "line", "blobs"],
)
def test_tensors_give_the_mixture_that_arrays_give(codes, components):
    z = codes().astype(np.float64)
    z = (z - z.mean(0)) / np.sqrt(z.var(0).mean())
    arrays = fit_gmm(z, components, 1e-6, 0, CPU)
    generator = np.random.RandomState(stream_seed(0, "gmm") % 2**32)
    tensors = fit_gmm_to_tensor(z, components, 1e-6, generator, CPU)
    assert (tensors.converged_, tensors.n_iter_) == (arrays.converged_, arrays.n_iter_)
    for name in ("weights_", "means_", "covariances_"):
        assert np.allclose(getattr(tensors, name), getattr(arrays, name), rtol=1e-8, atol=1e-8)
    # The same draws: only directions without variance, where samples have the floor's deviation, hang on rounding.
    assert np.allclose(tensors.sample(100)[0], arrays.sample(100)[0], rtol=0, atol=1e-2)


def test_tensors_give_constant_codes_the_floor_and_nothing_more():
    with pytest.warns(ConvergenceWarning, match="distinct clusters"):
        mixture = fit_gmm_to_tensor(np.zeros((50, 3)), 2, 1e-6, np.random.RandomState(0), CPU)
    assert mixture.weights_ == pytest.approx([1, 0], abs=1e-12) and mixture.means_ == pytest.approx(0)
    assert mixture.covariances_ == pytest.approx(np.stack([1e-6 * np.eye(3)] * 2))


def test_a_fit_that_does_not_converge_is_recorded_and_does_not_warn(monkeypatch):
    monkeypatch.setattr("bench.measures.base.densities.GaussianMixture", partial(GaussianMixture, max_iter=1))
    metrics = sample(normal(), 3, SETTINGS, seed=0)[1]
    assert (metrics["gmm_converged"], metrics["gmm_iterations"]) == (0, 1)


def test_seeds_draw_different_samples_of_the_same_codes():
    one, other = (sample(normal(), 2, SETTINGS, seed)[0] for seed in (0, 1))
    for density in one:  # sorted: the same codes in another order would not do
        assert not np.isclose(np.sort(one[density], axis=0), np.sort(other[density], axis=0)).all(axis=0).any()


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_diverged_seed_has_no_samples_and_no_numbers(value):
    z = normal()
    z[0, 0] = value
    samples, metrics = sample(z, 2, {**SETTINGS, "count": 7}, seed=0)
    for drawn in samples.values():
        assert drawn.shape == (7, 3) and drawn.dtype == np.float32 and np.isnan(drawn).all()
    assert np.isnan([*metrics.values()]).all()
    assert metrics.keys() == sample(normal(), 2, SETTINGS, seed=0)[1].keys()
