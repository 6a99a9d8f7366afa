"""Pairs of test images and what stands halfway between them, by the data sets that know it."""

import numpy as np
import pytest

from bench.datasets import gaussian2d
from bench.measures.base.pairs import blended, drawn_pairs, rms, true_midpoints
from bench.records.files import write_json


def test_a_difference_is_one_between_black_and_white():
    black, white = np.zeros((1, 1, 2, 2), np.uint8), np.full((1, 1, 2, 2), 255, np.uint8)
    assert rms(black, white) == pytest.approx(1)
    assert rms(black, white // 255) == pytest.approx(1 / 255)


def test_pixels_are_blended_halfway_without_overflow():
    ends = np.array([[255, 255], [0, 255], [10, 13]], np.uint8).reshape(3, 2, 1, 1, 1)
    assert blended(ends).ravel().tolist() == [255, 128, 12]


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
