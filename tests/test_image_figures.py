"""Figures 3 and 5 to 8: which images stand where, beside which real ones, and what is said of them."""

import numpy as np
import pytest
from drawn import axes_of
from synthetic_runs import SIDE

from bench import figure
from bench.datasets import shapes
from bench.measures.base.pairs import drawn_pairs
from bench.report.figures.canvas import arranged, mosaic
from bench.report.figures.plane import aligned
from bench.report.figures.source import Source
from bench.report.figures.strips import note
from bench.report.figures.truth import nearest, true_path

SHAPES = {"train": 5, "test": 60, "square": "centre", "colours": "grey"}
GAP = 2  # between strips


def drawn(drawable, kind, variants, role="digits", dataset="mnist5k"):
    """Return the axes of a figure of one panel."""
    plan, folder, paper = drawable
    panels = [{"role": role, "dataset": dataset, "variants": variants}]
    plan = plan | {"figures": {"5": {"kind": kind, "panels": panels}}}
    plan["config"] = plan["config"] | {"figures": {"5": {"panels": {role: variants}}}}
    return axes_of(figure.figure(plan, folder, paper, "5"))


def picture(axes):
    return axes.get_images()[0].get_array()


def rows(axes):
    return [text.get_text() for text in axes.get_yticklabels()]


def said(axes):
    return [text.get_text() for text in axes.texts]


def test_a_mosaic_puts_images_edge_to_edge_and_rows_a_gap_apart():
    images = np.arange(6, dtype=np.uint8).reshape(2, 3, 1, 1, 1)
    assert mosaic(images)[..., 0].tolist() == [[0, 1, 2], [3, 4, 5]]
    assert mosaic(images, 1)[..., 0].tolist() == [[0, 1, 2], [255, 255, 255], [3, 4, 5]]
    assert mosaic(images).shape == (2, 3, 3)


def test_images_that_are_too_few_leave_white():
    images = np.arange(3, dtype=np.uint8).reshape(3, 1, 1, 1)
    assert arranged(images, 2, 2).ravel().tolist() == [0, 1, 2, 255] and arranged(images, 1, 2).ravel().tolist() == [
        0,
        1,
    ]


def test_strips_stand_below_the_true_ends_of_the_same_pairs_with_their_error(drawable):
    *pairs, summary = drawn(drawable, "interpolate", ["ae", "irmae"])
    test = np.load(drawable[1] / "data" / "mnist5k" / "test.npy")
    ramp = np.load(drawable[1] / "runs" / "mnist5k" / "ae" / "0-1" / "images" / "interpolate.npy")[0]
    assert len(pairs) == 3
    for axes, (first, last), strip in zip(pairs, drawn_pairs("pairs", 3, len(test)), ramp, strict=True):
        assert rows(axes) == ["true", "AE", "IRMAE l=8"]
        image = picture(axes)
        assert image.shape == (3 * SIDE + 2 * GAP, 5 * SIDE, 3)
        assert (image[:SIDE, :SIDE] == test[first, 0, 0, 0]).all() and (
            image[:SIDE, -SIDE:] == test[last, 0, 0, 0]
        ).all()
        assert (image[:SIDE, SIDE:-SIDE] == 255).all()  # nobody knows what is between digits
        error = np.sqrt(np.square((strip[[0, -1]] - test[[first, last]].astype(float)) / 255).mean())
        assert said(axes) == [f"{error:.3f}"] * 2
    assert said(summary)[0].startswith("mean of the 3 pairs\n")


def test_the_title_says_whether_the_middles_are_in_the_error(drawable, monkeypatch):
    panel, source = {"dataset": "mnist5k", "variants": ["ae"]}, Source(*drawable)
    assert "error of the two ends alone" in note(panel, source)
    monkeypatch.setattr("bench.report.figures.strips.knows_path", lambda record: True)
    assert "error against the true images" in note(panel, source)


def test_a_diverged_strip_says_so_and_has_no_error_and_a_black_one_that_did_not_diverge_stays_an_image(drawable):
    axes, *_ = drawn(drawable, "interpolate", ["vae", "pca"])
    assert said(axes)[0] == "diverged" and len(said(axes)) == 2
    assert not picture(axes)[SIDE + GAP : 2 * SIDE + GAP].any() and not picture(axes)[-SIDE:].any()


@pytest.fixture(scope="module")
def true_shapes():
    record = {"name": "shapes", "options": SHAPES}
    pairs = np.array([[0, 1], [2, 3], [4, 5]])
    return pairs, true_path(record, pairs, 5), shapes.factors("test", slice(0, SHAPES["test"]), "grey")


def test_the_true_path_of_shapes_goes_from_one_test_image_to_the_other(true_shapes):
    pairs, path, f = true_shapes
    test = shapes.draw(f, "centre")
    assert path.shape == (3, 5, 1, 32, 32) and path.dtype == np.uint8
    assert np.array_equal(path[:, [0, -1]], test[pairs])
    assert true_path({"name": "mnist5k", "options": {}}, pairs, 5) is None


def test_on_the_true_path_place_and_brightness_are_halfway_in_the_middle(true_shapes):
    pairs, path, f = true_shapes
    for pair, image in zip(pairs, path[:, 2, 0], strict=True):
        y, x = (axis[image > 0].mean() for axis in np.indices(image.shape))  # a shape within the frame
        assert abs(x - f["x"][pair].mean()) <= 0.5 and abs(y - f["y"][pair].mean()) <= 0.5
        assert abs(image.max() - f["brightness"][pair].mean()) <= 0.5


def test_the_nearest_image_is_that_of_least_squared_distance_whatever_the_batch(monkeypatch):
    monkeypatch.setattr("bench.report.figures.truth.BATCH", 3)
    generator = np.random.default_rng(0)
    images, others = (generator.integers(256, size=(n, 1, 4, 4), dtype=np.uint8) for n in (5, 10))
    distances = np.square(images[:, None].astype(int) - others).sum((2, 3, 4))
    assert nearest(images, others).tolist() == distances.argmin(1).tolist()


@pytest.mark.parametrize(("kind", "fid"), [("gaussian", "44.00"), ("gmm", "39.00")])
def test_samples_stand_between_real_images_with_reconstructions_and_their_nearest_neighbours(drawable, kind, fid):
    ae, irmae = drawn(drawable, kind, ["ae", "irmae"])
    assert [axes.get_title() for axes in (ae, irmae)] == ["AE", "IRMAE l=8"]
    assert rows(ae) == ["real", "reconstructed", "samples", "nearest to\nthe last row"] and rows(irmae) == []
    assert ae.get_xlabel() == f"in-domain FID {fid} ± 1.00"
    test, image, step = np.load(drawable[1] / "data" / "mnist5k" / "test.npy"), picture(ae), SIDE + round(SIDE * 3 / 8)
    ends = drawn_pairs("pairs", 3, len(test)).ravel()
    assert image[0, : 6 * SIDE : SIDE, 0].tolist() == test[ends, 0, 0, 0].tolist()
    assert (image[:SIDE, 6 * SIDE :] == 255).all()  # three pairs make six images of ten
    assert image[step : step + SIDE, SIDE - 1, 0].max() == 255  # the ramp of all that is decoded
    assert image.shape[:2] == (9 * SIDE + 3 * (step - SIDE), 10 * SIDE) and (image[-SIDE:] == 7).all()


def test_of_faces_nothing_but_decoded_images_is_shown(drawable, monkeypatch):
    assert not Source(*drawable).may_show("celeba")
    monkeypatch.setattr("bench.report.figures.source.DECODED_ONLY", ("mnist5k",))
    (axes,) = drawn(drawable, "gmm", ["ae"])
    assert rows(axes) == ["reconstructed", "samples"]
    strip, *_ = drawn(drawable, "interpolate", ["ae"])
    assert rows(strip) == ["AE"] and picture(strip).shape == (SIDE, 5 * SIDE, 3)


def test_a_plane_has_its_signs_turned_towards_the_first_one():
    grid = np.random.default_rng(0).integers(256, size=(3, 3, 1, 2, 2), dtype=np.uint8)
    for down in (1, -1):
        for right in (1, -1):
            assert np.array_equal(aligned(grid[::down, ::right], grid), grid)


def test_the_axes_of_a_plane_are_standard_deviations_and_shares_of_variance(drawable):
    axes, *_ = drawn(drawable, "pca_grid", ["ae", "irmae"])
    assert [text.get_text() for text in axes.get_xticklabels()] == ["-2", "0", "2"]
    assert axes.get_xticks().tolist() == [SIDE / 2, 2 * SIDE, 3.5 * SIDE]  # of four images
    share = 1 / (0.8 ** np.arange(12)).sum()
    assert axes.get_xlabel() == f"first component ({share:.0%} of variance)"
    assert axes.get_ylabel() == f"second component ({0.8 * share:.0%} of variance)"
