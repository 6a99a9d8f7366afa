"""linear: images of a known rank that never clip."""

from pathlib import Path

import numpy as np
import pytest
from scipy.linalg import eigvalsh

from bench.datasets import linear
from bench.job.command import Stop

OPTIONS = {"train": 2000, "test": 500, "rank": 8, "smallest": 0.25}


def variances(images: np.ndarray) -> np.ndarray:
    """Return the PCA spectrum of images in [0, 1], largest first."""
    return eigvalsh(np.cov(images.reshape(len(images), -1).T / 255))[::-1]


@pytest.mark.parametrize(("rank", "smallest"), [(1, 1.0), (8, 0.25), (20, 0.05)])
def test_the_rank_is_the_one_asked_for_and_the_rest_is_rounding(rank, smallest):
    splits = linear.load(Path(), **OPTIONS | {"rank": rank, "smallest": smallest})
    spectrum = variances(np.concatenate(list(splits.train.chunks)))
    assert (spectrum > 0.01 * spectrum[0]).sum() == (spectrum > 0.001 * spectrum[0]).sum() == rank
    assert spectrum[rank - 1] / spectrum[0] == pytest.approx(smallest, rel=0.15)
    rounding = 1 / 255**2 / 12
    assert spectrum[rank:].sum() / (linear.SIDE**2 - rank) == pytest.approx(rounding, rel=0.2)


def test_patterns_are_orthogonal_and_as_large_as_no_factor_can_clip():
    patterns = linear.scaled_patterns(8, 0.25)
    products = np.tensordot(patterns, patterns, ([1, 2], [1, 2]))
    variance = np.diag(products)
    assert np.allclose(products, np.diag(variance))
    assert np.allclose(variance / variance[0], 0.25 ** (np.arange(8) / 7))
    assert np.abs(patterns).sum(0).max() == pytest.approx(0.5)
    worst = np.sign(patterns.reshape(8, -1).T)  # for every pixel the factors that make it brightest
    assert linear.draw(worst, 0.25).max() == 255 and linear.draw(-worst, 0.25).min() == 0
    assert np.abs(patterns.sum((1, 2))).max() < 1e-12  # none changes the mean grey


def test_an_image_depends_on_its_index_alone_and_labels_are_signs(monkeypatch):
    many = linear.load(Path(), **OPTIONS)
    monkeypatch.setattr(linear, "CHUNK", 7)
    few = linear.load(Path(), **OPTIONS | {"train": 30, "test": 700})
    assert np.array_equal(np.concatenate(list(few.train.chunks)), np.concatenate(list(many.train.chunks))[:30])
    u = linear.factors("train", 2000, 8)
    assert many.train.labels.dtype == np.int64 and many.classes == 16
    assert np.array_equal(many.train.labels, ((u[:, :4] > 0) * [1, 2, 4, 8]).sum(1))
    assert linear.load(Path(), **OPTIONS | {"rank": 2}).classes == 4
    assert not np.array_equal(u[:500], linear.factors("test", 500, 8))


def test_halfway_between_two_images_is_their_mean():
    test = np.concatenate(list(linear.load(Path(), **OPTIONS).test.chunks)).astype(float)
    pairs = np.array([[0, 1], [2, 499]])
    assert np.abs(linear.midpoints(pairs, **OPTIONS) - test[pairs].mean(1)).max() <= 1  # both are rounded


@pytest.mark.parametrize("wrong", [{"train": 0}, {"rank": 0}, {"rank": 1024}, {"smallest": 0.01}, {"smallest": 1.1}])
def test_impossible_images_are_refused(wrong):
    with pytest.raises(Stop, match="linear: .*rank is 1 to 1023"):
        linear.load(Path(), **OPTIONS | wrong)
