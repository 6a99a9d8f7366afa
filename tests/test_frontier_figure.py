"""The figure of rank against quality: what stands in its panels, who dominates whom, and names that hide nothing."""

import numpy as np
import pytest
from drawn import axes_of, curves, names
from matplotlib.figure import Figure
from matplotlib.text import Text

from bench import figure
from bench.report.figures import style
from bench.report.figures.frontier import non_dominated
from bench.report.figures.labels import label_points, overlap


@pytest.fixture(scope="module")
def frontier(drawable):
    return axes_of(figure.figure(*drawable, "frontier"))


def test_the_frontier_has_a_panel_for_what_was_measured_a_name_per_method_and_seeds_as_dots(frontier):
    titles = [(axes.get_title(loc="left"), axes.get_ylabel()) for axes in frontier]
    assert titles == [
        (title, quality)
        for quality in ("FID, GMM (lower is better)", "variance explained (higher is better)")
        for title in ("shapes", "mnist5k (digits)")
    ]
    assert {"AE", "IRMAE l=2", "PCA"} <= {*names(frontier[0])}
    assert {"AE", "IRMAE l=8", "PCA", "VAE"} <= {*names(frontier[1])}
    mean, dots = (
        next(line for line in curves(frontier[0], style.BLUE) if line.get_markersize() == size) for size in (7, 3)
    )
    assert mean.get_xydata().tolist() == [[3.5, 39.0]] and dots.get_ydata().tolist() == [38.0, 39.0, 40.0]


def test_panels_of_the_frontier_share_ranks_by_data_set_and_qualities_by_kind(frontier):
    assert [axes.get_xlim() for axes in frontier[:2]] == [axes.get_xlim() for axes in frontier[2:]]
    assert len({axes.get_ylim() for axes in frontier[:2]}) == len({axes.get_ylim() for axes in frontier[2:]}) == 1


def test_controls_are_hollow_and_no_part_of_the_steps(frontier):
    pca = next(line for line in curves(frontier[0], style.MUTED) if line.get_markersize() == 7)
    assert pca.get_markerfacecolor() == "white"
    (steps,) = curves(frontier[0], "0.75")
    assert np.allclose(steps.get_ydata()[1:], 34.0) and np.allclose(steps.get_xdata()[:2], 3.5)  # IRMAE's


def test_a_point_is_dominated_by_one_as_low_and_lower():
    points = np.array([[1, 5], [2, 5], [2, 3], [4, 1], [5, 5], [4, 1]])
    assert non_dominated(points).tolist() == [True, False, True, True, False, True]


def test_names_hide_neither_points_nor_each_other():
    whole = Figure(figsize=(4, 4))
    axes = whole.subplots()
    points = np.random.default_rng(0).uniform(size=(12, 2))
    axes.plot(*points.T, "o")
    whole.draw_without_rendering()
    written = label_points(axes, points, np.full((12, 2), 0.01), [f"method {i}" for i in range(12)], ["black"] * 12)
    whole.draw_without_rendering()
    boxes = np.array([Text.get_window_extent(text).get_points() for text in written])  # without their ties
    assert all(overlap(boxes[i : i + 1], np.delete(boxes, i, 0)).item() == 0 for i in range(12))
    dots = np.repeat(axes.transData.transform(points)[:, None], 2, 1) + [[-1, -1], [1, 1]]
    assert overlap(boxes, dots).max() == 0
