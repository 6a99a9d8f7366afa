"""Shapes: pixels computed by hand, streams and labels."""

from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from bench.datasets import shapes
from bench.datasets.base.splits import Split
from bench.job.command import Stop

# Pixels that OpenCV fills for a size: `circle` of that radius, row by row, and `rectangle` from a corner to size on,
# both ends included. The same in OpenCV 4.14.0 and 5.0.0, for uint8, float32 and float64 images.
DISC = {
    3: [1, 5, 5, 7, 5, 5, 1],
    4: [1, 5, 7, 7, 9, 7, 7, 5, 1],
    5: [1, 7, 9, 9, 9, 11, 9, 9, 9, 7, 1],
    6: [1, 7, 9, 11, 11, 11, 13, 11, 11, 11, 9, 7, 1],
    7: [1, 7, 9, 11, 13, 13, 13, 15, 13, 13, 13, 11, 9, 7, 1],
    8: [1, 7, 11, 13, 13, 15, 15, 15, 17, 15, 15, 15, 13, 13, 11, 7, 1],
}
SQUARE = {3: 16, 4: 25, 5: 36, 6: 49, 7: 64, 8: 81}
# Of 500 coloured images and labels of each split.
DIGEST = "3b5877c282a4795faaa9d086d48a51b4dab27b48386fe3ceccee91d4683d122e"


def images_of(split: Split) -> np.ndarray:
    return np.concatenate(list(split.chunks))


def one_shape(kind: int, x: int, y: int, size: int, **channels: int) -> dict[str, np.ndarray]:
    values = {"kind": kind, "x": x, "y": y, "size": size, **(channels or {"red": 200, "green": 7, "blue": 0})}
    return {name: np.array([value]) for name, value in values.items()}


@pytest.mark.parametrize("size", DISC)
def test_disc_has_the_pixels_that_opencv_fills(size):
    image = shapes.draw(one_shape(0, x=12, y=18, size=size), "centre")[0]
    expected = np.zeros((32, 32), bool)
    for row, across in enumerate(DISC[size], start=18 - size):
        expected[row, 12 - across // 2 : 12 + across // 2 + 1] = True
    assert image.dtype == np.uint8
    for channel, value in enumerate((200, 7, 0)):
        np.testing.assert_array_equal(image[channel], expected * value)


@pytest.mark.parametrize("size", SQUARE)
def test_square_from_its_corner_has_as_many_pixels_as_opencv_fills(size):
    for x, y in ((8, 8), (23, 10)):
        image = shapes.draw(one_shape(1, x=x, y=y, size=size), "corner")[0, 0]
        assert (image > 0).sum() == SQUARE[size]
        assert (image[y : y + size + 1, x : x + size + 1] > 0).all()


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
    level = np.full(256, 1 / 255)  # of a uniform number on [0, 1] rounded to 0, 1/255, ..., 1
    level[[0, 255]] /= 2
    for name, smallest, shares in [
        ("kind", 0, np.full(2, 1 / 2)),
        ("x", 8, np.full(17, 1 / 17)),
        ("y", 8, np.full(17, 1 / 17)),
        ("size", 3, np.full(6, 1 / 6)),
        ("red", 0, level),
        ("green", 0, level),
        ("blue", 0, level),
    ]:
        counts = np.bincount(factors[name], minlength=smallest + len(shares))[smallest:]
        assert len(counts) == len(shares)
        expected = 20_000 * shares
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


@pytest.mark.parametrize("name", ["train", "test"])
def test_pixels_vary_as_much_as_those_of_the_released_generator(name):
    images = shapes.draw(shapes.factors(name, slice(0, 20_000), "rgb"), "corner") / 255
    # Of 3 times 50,000 of its images 0.02121, 0.02125 and 0.02138; larger discs would give 0.0239.
    assert ((images - images.mean(0)) ** 2).mean() == pytest.approx(0.02128, rel=0.03)


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
