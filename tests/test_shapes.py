"""Shapes: pixels computed by hand, streams and labels."""

from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from bench.datasets import shapes
from bench.datasets.base.splits import Split
from bench.job.command import Stop

# Of 500 coloured images and labels of each split, taken before there were grey ones.
DIGEST = "87c6959dc3c31b5aaa8c513e9b29cc6eb44e0aa9d4f1fd7ea33a53b582a9cce0"


def images_of(split: Split) -> np.ndarray:
    return np.concatenate(list(split.chunks))


def one_shape(kind: int, x: int, y: int, size: int, **channels: int) -> dict[str, np.ndarray]:
    values = {"kind": kind, "x": x, "y": y, "size": size, **(channels or {"red": 200, "green": 7, "blue": 0})}
    return {name: np.array([value]) for name, value in values.items()}


def test_circle_has_the_pixels_computed_by_hand():
    image = shapes.draw(one_shape(0, x=10, y=20, size=3), "centre")[0]
    expected = np.zeros((32, 32), bool)
    for row, half in zip(range(17, 24), [1, 2, 3, 3, 3, 2, 1], strict=True):
        expected[row, 10 - half : 10 + half + 1] = True
    assert image.dtype == np.uint8
    for channel, value in enumerate((200, 7, 0)):
        np.testing.assert_array_equal(image[channel], expected * value)


@pytest.mark.parametrize(("square", "rows", "columns"), [("centre", (16, 25), (6, 15)), ("corner", (20, 25), (10, 15))])
def test_square_lies_about_its_centre_or_from_its_corner(square, rows, columns):
    image = shapes.draw(one_shape(1, x=10, y=20, size=4), square)[0]
    expected = np.zeros((32, 32), int)
    expected[slice(*rows), slice(*columns)] = 200
    np.testing.assert_array_equal(image[0], expected)


def test_shape_at_the_edge_is_cut_off():
    image = shapes.draw(one_shape(1, x=24, y=24, size=8), "centre")[0]
    assert (image[0] > 0).sum() == 16 * 16  # of 17 x 17


def test_shape_depends_on_its_index_alone(monkeypatch):
    many = shapes.load(Path(), train=300, test=50, square="centre", colours="rgb").train
    monkeypatch.setattr(shapes, "CHUNK", 7)
    few = shapes.load(Path(), train=40, test=200, square="centre", colours="rgb").train
    np.testing.assert_array_equal(images_of(few), images_of(many)[:40])
    np.testing.assert_array_equal(few.labels, many.labels[:40])


def test_train_and_test_shapes_are_disjoint():
    train, test = (
        set(zip(*(values.tolist() for values in shapes.factors(name, slice(0, 5000), "rgb").values()), strict=True))
        for name in ("train", "test")
    )
    assert len(train) == len(test) == 5000
    assert not train & test


def test_shape_factors_fill_their_ranges_evenly():
    factors = shapes.factors("train", slice(0, 20_000), "rgb")
    for name, smallest, largest in [
        ("kind", 0, 1),
        ("x", 8, 24),
        ("y", 8, 24),
        ("size", 3, 8),
        ("red", 0, 255),
        ("green", 0, 255),
        ("blue", 0, 255),
    ]:
        counts = np.bincount(factors[name], minlength=largest + 1)[smallest:]
        assert len(counts) == largest - smallest + 1
        expected = 20_000 / len(counts)
        chi_squared = ((counts - expected) ** 2 / expected).sum()
        freedom = len(counts) - 1
        assert chi_squared < freedom + 4 * (2 * freedom) ** 0.5, name


def test_shape_label_tells_every_factor_apart():
    base = {"kind": 0, "x": 15, "y": 15, "size": 5, "red": 127, "green": 127, "blue": 127}
    above = {"kind": 1, "x": 16, "y": 16, "size": 6, "red": 128, "green": 128, "blue": 128}
    rows = [base] + [base | {name: above[name]} for name in base]
    labels = shapes.joint_class({name: np.array([row[name] for row in rows]) for name in base})
    assert labels.tolist() == [0, 64, 16, 32, 8, 4, 2, 1]
    everything = shapes.joint_class({name: np.array([value]) for name, value in above.items()})
    assert everything.tolist() == [127]


def test_a_grey_shape_is_one_channel_of_its_brightness():
    grey, rgb = (shapes.draw(one_shape(0, x=10, y=20, size=3, **own), "centre") for own in ({"brightness": 200}, {}))
    assert grey.shape == (1, 1, 32, 32)
    np.testing.assert_array_equal(grey[0, 0], rgb[0, 0])


@pytest.mark.parametrize("name", ["train", "test"])
def test_a_shape_has_the_same_form_in_grey_and_in_colour(name):
    rgb, grey = (shapes.factors(name, slice(5, 2000), colours) for colours in ("rgb", "grey"))
    assert list(grey) == ["kind", "x", "y", "size", "brightness"]
    for factor in shapes.FORM:
        np.testing.assert_array_equal(grey[factor], rgb[factor])


def test_grey_shapes_have_32_classes_all_of_which_occur():
    splits = shapes.load(Path(), train=2000, test=1, square="corner", colours="grey")
    assert (splits.title, splits.shape, splits.classes) == ("shapes (grey)", (1, 32, 32), 32)
    assert set(splits.train.labels) == set(range(32))


def test_coloured_shapes_are_what_they_always_were():
    splits = shapes.load(Path(), train=500, test=500, square="centre", colours="rgb")
    contents = [part for each in (splits.train, splits.test) for part in (images_of(each), each.labels)]
    assert sha256(b"".join(map(np.ndarray.tobytes, contents))).hexdigest() == DIGEST


@pytest.mark.parametrize(
    "options",
    [{"square": "center"}, {"colours": "gray"}, {"train": 0}],
)
def test_impossible_shapes_are_refused(options):
    with pytest.raises(Stop, match="shapes"):
        shapes.load(Path(), **{"train": 1, "test": 1, "square": "centre", "colours": "rgb"} | options)
