"""gaussian2d: analytic pixels, a grid for training, independent uniform centres for the test."""

from pathlib import Path

import numpy as np
import pytest
from scipy.stats import kstest, pearsonr

from bench.datasets import gaussian2d
from bench.job.command import Stop

OPTIONS = {"train": 25, "test": 4000, "sigma": 0.2}


@pytest.fixture(scope="module")
def splits():
    return gaussian2d.load(Path(), **OPTIONS)


def pixels(split) -> np.ndarray:
    return np.concatenate(list(split.chunks))


def test_a_bump_has_the_analytic_pixels():
    (image,) = gaussian2d.draw(np.array([[0.3, -0.1]]), 0.2)
    assert image.shape == (1, 64, 64) and image.dtype == np.uint8
    for row, column in ((0, 0), (28, 41), (40, 20), (63, 63)):
        x, y = -1 + 2 * column / 63, -1 + 2 * row / 63
        value = 255 * np.exp(-((x - 0.3) ** 2 + (y + 0.1) ** 2) / (2 * 0.2**2))
        assert abs(image[0, row, column] - value) <= 0.5
    assert np.unravel_index(image[0].argmax(), (64, 64)) == (28, 41)


def test_training_centres_are_a_grid_and_test_centres_are_uniform_and_independent():
    along = np.array([-0.5, -0.25, 0, 0.25, 0.5])
    assert np.array_equal(gaussian2d.grid(25), [(x, y) for y in along for x in along])
    x, y = gaussian2d.drawn(4000).T
    assert abs(pearsonr(x, y).statistic) < 0.05
    for coordinate in (x, y, x + y - np.round(x + y)):  # the sum modulo 1 too, if they are independent
        assert kstest(coordinate, "uniform", (-0.5, 1)).pvalue > 0.01
    assert np.array_equal(gaussian2d.drawn(10), gaussian2d.drawn(4000)[:10])


def test_images_are_those_of_the_centres_whatever_the_chunks(splits):
    train, test = pixels(splits.train), pixels(splits.test)
    assert train.shape == (25, 1, 64, 64) and test.shape == (4000, 1, 64, 64)
    assert np.array_equal(train, gaussian2d.draw(gaussian2d.grid(25), 0.2))
    assert np.array_equal(test[3000:3010], gaussian2d.draw(gaussian2d.drawn(4000)[3000:3010], 0.2))
    # Peaks lie between pixels: at worst half a pixel off both ways, where the bump is 0.988 high.
    assert test.reshape(4000, -1).max(1).min() >= 250


def test_labels_are_the_sixteen_squares_a_centre_can_lie_in(splits):
    corners = np.array([[-0.5, -0.5], [0.5, -0.5], [-0.5, 0.5], [0.5, 0.5], [0.01, -0.01]])
    assert gaussian2d.joint_class(corners).tolist() == [0, 3, 12, 15, 6]
    counts = np.bincount(splits.test.labels, minlength=16)
    assert splits.classes == 16 and len(counts) == 16 and counts.min() > 180  # 250 on average


def test_halfway_between_two_bumps_is_the_bump_between():
    pairs = np.array([[0, 1], [5, 5]])
    centres = gaussian2d.drawn(4000)
    middles = gaussian2d.midpoints(pairs, **OPTIONS)
    assert np.array_equal(middles[0], gaussian2d.draw((centres[:1] + centres[1:2]) / 2, 0.2)[0])
    assert np.array_equal(middles[1], gaussian2d.draw(centres[5:6], 0.2)[0])


@pytest.mark.parametrize("wrong", [{"train": 24}, {"train": 1}, {"test": 0}, {"sigma": 0.0}])
def test_impossible_bumps_are_refused(wrong):
    with pytest.raises(Stop, match="gaussian2d: .*square number"):
        gaussian2d.load(Path(), **OPTIONS | wrong)
