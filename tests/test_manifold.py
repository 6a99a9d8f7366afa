"""Distances to the nearest real image, against brute force and by the data sets that know the image halfway."""

import numpy as np
import pytest
from small_run import CPU

from bench.datasets import gaussian2d
from bench.measures.base import manifold
from bench.measures.base.manifold import drawn_pairs, nearest, rms, true_midpoints
from bench.records.files import write_json


def random_images(seed, count) -> np.ndarray:
    return np.random.default_rng(seed).integers(256, size=(count, 3, 5, 4), dtype=np.uint8)


@pytest.mark.parametrize("rows", [7, 50, 1000])
def test_the_nearest_is_that_of_brute_force_whatever_the_chunks(monkeypatch, rows):
    monkeypatch.setattr(manifold, "ROWS", rows)
    images, real = random_images(0, 20), random_images(1, 100)
    squares = ((images[:, None] / 255 - real[None] / 255) ** 2).mean((2, 3, 4))
    assert np.allclose(nearest(images, real, CPU), np.sqrt(squares.min(1)), rtol=1e-6)


def test_a_real_image_is_at_no_distance_and_a_grey_level_at_one_of_255():
    real = random_images(1, 100)
    assert nearest(real[[3, 99]], real, CPU).tolist() == [0, 0]
    other = real[:1].copy()
    other[0, 0] ^= 1  # one level up or down in a third of the pixels
    assert nearest(other, real, CPU) == pytest.approx(np.sqrt(1 / 3) / 255)
    assert rms(np.zeros((1, 1, 2, 2), np.uint8), np.full((1, 1, 2, 2), 255, np.uint8)) == pytest.approx(1)


def test_pairs_are_named_and_take_no_image_twice():
    pairs = drawn_pairs("some", 10, 20)
    assert sorted(pairs.ravel()) == list(range(20))
    assert np.array_equal(pairs, drawn_pairs("some", 10, 20)) and not np.array_equal(pairs, drawn_pairs("few", 10, 20))
    assert len(drawn_pairs("some", 11, 20)) == 10


def test_a_data_set_that_knows_the_image_halfway_draws_it_with_its_options(tmp_path):
    pairs = np.array([[0, 1], [2, 3]])
    options = {"train": 25, "test": 50, "sigma": 0.3}
    write_json(tmp_path / "data.json", {"name": "gaussian2d", "options": options})
    assert np.array_equal(true_midpoints(tmp_path, pairs), gaussian2d.midpoints(pairs, **options))
    write_json(tmp_path / "data.json", {"name": "mnist5k", "options": {"train": 1, "test": 2}})
    assert true_midpoints(tmp_path, pairs) is None
