from pathlib import Path
from types import SimpleNamespace

import matplotlib.image
import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text
from synthetic import LATENT, write_numbers, write_results

from bench import figure
from bench.records.files import write_json
from bench.report.figures.canvas import mosaic
from bench.report.figures.frontier import non_dominated
from bench.report.figures.labels import label_points, overlap
from bench.report.figures.ranking import cliques
from bench.report.figures.ranking import draw as draw_ranking
from workflow.sources import closure

ROOT = Path(__file__).resolve().parent.parent
FIGURES = "bench/report/figures/"
DRAWN = ("5", "11", "frontier", "linear_rank")  # images, spectra, names beside points, curves


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    folder = tmp_path_factory.mktemp("results")
    plan = write_results(folder)
    write_numbers(folder)
    return plan, folder


@pytest.fixture(scope="module")
def drawn_twice(results, tmp_path_factory):
    """Return two folders in which the rule has drawn the figures of a plan."""
    plan, folder = results
    write_json(folder / "drawn.json", plan | {"figures": {name: plan["figures"][name] for name in DRAWN}})
    folders = [tmp_path_factory.mktemp("figures") for _ in range(2)]
    for each in folders:
        figure.main(plan=folder / "drawn.json", figures=each)
    return folders


def axes_of(whole):
    return whole.get_axes() if whole.get_axes() else [axes for part in whole.subfigs for axes in axes_of(part)]


def words(whole):
    own = [text.get_text() for text in [*whole.texts, *filter(None, [getattr(whole, "_suptitle", None)])]]
    return own + [word for part in whole.subfigs for word in words(part)]


def legend(whole):
    own = [text.get_text() for each in whole.legends for text in each.get_texts()]
    return own + [name for part in whole.subfigs for name in legend(part)]


def test_a_mosaic_puts_images_edge_to_edge():
    images = np.arange(6, dtype=np.uint8).reshape(2, 3, 1, 1, 1)
    assert np.array_equal(mosaic(images)[..., 0], [[0, 1, 2], [3, 4, 5]])
    assert mosaic(images).shape == (2, 3, 3)


def test_a_spectrum_has_a_line_per_variant_with_the_mean_of_its_seeds(results):
    whole = figure.figure(*results, "2")
    linear, logarithmic = axes_of(whole)
    assert legend(whole) == ["AE", "IRMAE l=2"]
    ae, irmae, *others = linear.get_lines()
    assert np.allclose(ae.get_ydata(), 0.8 ** np.arange(LATENT))
    assert np.allclose(irmae.get_ydata(), 0.3 ** np.arange(LATENT))
    assert {7} in [set(line.get_xdata()) for line in others] and linear.get_ylim() == (0, 0.30)
    assert (linear.get_yscale(), logarithmic.get_yscale()) == ("linear", "log")


def test_a_diverged_seed_is_counted_in_the_legend_and_left_out_of_the_mean(results):
    whole = figure.figure(*results, "4")
    assert legend(whole) == ["AE", "VAE (2 of 3, 1 diverged)", "IRMAE l=8"]
    assert np.allclose(axes_of(whole)[0].get_lines()[1].get_ydata(), 0.8 ** np.arange(LATENT))


@pytest.mark.parametrize("number", ["4", "6", "7"])
def test_a_data_set_that_does_not_run_says_so_in_its_panel(results, number):
    assert "CelebA: not run in this preset" in words(figure.figure(*results, number))


def test_a_panel_names_the_data_set_the_seeds_and_what_did_not_run(results):
    title = words(figure.figure(*results, "11"))[0]
    assert title == "mnist5k (digits), mean and range of 3 seeds, samples of seed 0; not run: IRMAE l=8 shared"


@pytest.mark.parametrize(("number", "shape"), [("6", (40, 40, 3)), ("7", (40, 40, 3)), ("8", (16, 16, 3))])
def test_grids_hold_every_image_of_the_first_seed(results, number, shape):
    panels = axes_of(figure.figure(*results, number))
    assert [axes.get_title() for axes in panels] == ["AE", "IRMAE l=8"]
    assert all(axes.get_images()[0].get_array().shape == shape for axes in panels)


def test_strips_have_a_row_per_variant_and_a_diverged_one_says_so(results):
    panels = axes_of(figure.figure(*results, "5"))
    assert [axes.get_ylabel() for axes in panels[::2]] == ["AE", "VAE", "IRMAE l=8"]
    assert [[text.get_text() for text in axes.texts] for axes in panels[::2]] == [[], ["diverged"], []]
    assert panels[0].get_images()[0].get_array().shape == (4, 20, 3)


def test_black_images_of_a_seed_that_did_not_diverge_stay_images(results):
    plan, folder = results
    panels = [{"role": "digits", "dataset": "mnist5k", "variants": ["pca"]}]
    plan = plan | {"figures": {"5": {"kind": "interpolate", "panels": panels}}}
    panels = axes_of(figure.figure(plan, folder, "5"))
    assert not panels[0].get_images()[0].get_array().any() and not panels[0].texts


def test_an_ablation_shows_spectra_and_a_grid_per_variant(results):
    whole = figure.figure(*results, "11")
    linear, logarithmic, *grids = axes_of(whole)
    assert legend(whole) == ["AE", "IRMAE l=8"] and logarithmic.get_yscale() == "log"
    assert [axes.get_title() for axes in grids] == ["AE", "IRMAE l=8"]


def test_a_panel_without_variants_says_so(results):
    plan, folder = results
    panels = [{"role": "digits", "dataset": "mnist5k", "variants": []}]
    plan = plan | {"figures": {"6": {"kind": "gaussian", "panels": panels}}}
    assert words(figure.figure(plan, folder, "6")) == ["mnist5k (digits): no variant of this figure runs on it"]


@pytest.mark.parametrize("name", DRAWN)
def test_files_are_not_blank_and_twice_the_same(drawn_twice, name):
    image, pdf = (drawn_twice[0] / f"figure_{name}{suffix}" for suffix in (".png", ".pdf"))
    assert len(np.unique(matplotlib.image.imread(image))) > 10
    assert pdf.read_bytes().startswith(b"%PDF")
    for path in (image, pdf):
        assert path.read_bytes() == (drawn_twice[1] / path.name).read_bytes()


def test_the_frontier_has_a_point_and_a_name_per_method(results):
    shapes_fid, shapes_explained, *digits = axes_of(figure.figure(*results, "frontier"))
    assert shapes_fid.get_title(loc="left") == "shapes"
    assert sorted(text.get_text() for text in shapes_fid.texts) == ["AE", "IRMAE", "PCA"]
    assert [axes.get_ylabel() for axes in (shapes_fid, shapes_explained)] == [
        "FID, GMM (lower is better)",
        "variance explained (higher is better)",
    ]
    assert sorted(text.get_text() for text in digits[0].texts) == ["AE", "IRMAE", "PCA", "VAE"]


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


def ranked(metric, k, n, difference, **ranks):
    table = pd.DataFrame({"metric": metric, "method": [*ranks], "mean_rank": [*ranks.values()], "k": k, "n": n})
    return table.assign(p=0.01, critical_difference=difference)


def test_a_ranking_names_each_method_and_joins_those_that_do_not_differ():
    table = pd.concat([
        ranked("mse", 3, 6, 1.35, AE=1.0, IRMAE=2.0, PCA=3.0, VAE=float("nan")),
        ranked("fid:gmm", 3, 2, 2.34, AE=1.0, IRMAE=2.0, PCA=3.0),
    ])  # fmt: skip
    shown, nothing = axes_of(draw_ranking(SimpleNamespace(table=lambda name: table), "ranking"))
    assert shown.get_title(loc="left") == "test MSE (data sets: 6, Friedman's p 0.01)"
    names = " ".join(text.get_text() for text in shown.texts)
    assert all(name in names for name in ("AE", "IRMAE", "PCA", "CD 1.35")) and "VAE" not in names
    joined = [line.get_xdata().tolist() for line in shown.get_lines() if line.get_linewidth() == 3]
    assert joined == [pytest.approx([0.994, 2.006]), pytest.approx([1.994, 3.006])]
    assert nothing.get_title(loc="left") == "FID, GMM: over so few data sets ranks show nothing" and not nothing.texts


@pytest.mark.parametrize(
    ("difference", "expected"),
    [(0.5, []), (1.0, [(0, 1), (1, 2)]), (2.0, [(0, 2), (2, 3)]), (4.0, [(0, 3)])],
)
def test_cliques_are_the_largest_groups_within_the_critical_difference(difference, expected):
    assert cliques(np.array([1.0, 2.0, 3.0, 5.0]), difference) == expected


def test_a_study_has_a_line_per_variant_over_its_settings(results):
    whole = figure.figure(*results, "depth")
    assert words(whole)[0] == "mnist5k (digits): mean and range of seeds" and legend(whole) == ["IRMAE"]
    rank, effective, *_ = axes_of(whole)
    assert rank.get_lines()[0].get_ydata() == pytest.approx([6.0, 6.0]) and effective.get_title() == "effective rank"
    assert [text.get_text() for text in rank.get_xticklabels()] == ["4", "8"]


def test_a_study_that_does_not_run_says_so(results):
    plan, folder = results
    config = plan["config"] | {"studies": {"beta": {"does": "weight", "variants": {}}}}
    plan = plan | {"config": config, "figures": {"beta": {"kind": "study", "panels": []}}}
    assert words(figure.figure(plan, folder, "beta")) == ["weight: not run in this preset"]


def test_a_sentence_of_the_report_redraws_no_figure_and_a_figure_rewrites_no_report():
    figure_code, report_code = (closure(ROOT, f"bench/{rule}.py") for rule in ("figure", "tables"))
    sentences = [path for path in figure_code if path.startswith("bench/report/") and not path.startswith(FIGURES)]
    assert sentences == ["bench/report/__init__.py"]
    assert not [path for path in report_code if path.startswith(FIGURES)]
