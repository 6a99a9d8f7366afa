from pathlib import Path
from types import SimpleNamespace

import matplotlib.image
import numpy as np
import pandas as pd
import pytest
from drawn import axes_of, drawable, words
from matplotlib.figure import Figure
from matplotlib.text import Text
from synthetic_config import LATENT
from synthetic_results import PUBLISHED

from bench import figure
from bench.records.files import write_json
from bench.records.tables import read_table
from bench.report.figures import style
from bench.report.figures.frontier import non_dominated
from bench.report.figures.labels import label_points, overlap
from bench.report.figures.ranking import cliques
from bench.report.figures.ranking import draw as draw_ranking
from workflow.sources import closure

ROOT = Path(__file__).resolve().parent.parent
FIGURES = "bench/report/figures/"
THEME = {"text.usetex": True, "font.size": 16, "lines.linewidth": 4, "savefig.bbox": "tight", "savefig.dpi": 40}
DRAWN = ("5", "6", "9", "frontier", "linear_rank")  # images, spectra, names beside points, curves


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    return drawable(tmp_path_factory.mktemp("results"))


@pytest.fixture(scope="module")
def drawn_twice(results, tmp_path_factory):
    """Return two folders in which the rule has drawn the figures of a plan, once under a theme of the user's."""
    plan, folder, _ = results
    write_json(folder / "drawn.json", plan | {"figures": {name: plan["figures"][name] for name in DRAWN}})
    folders = [tmp_path_factory.mktemp("figures") for _ in range(2)]
    for each, theme in zip(folders, ({}, THEME), strict=True):
        with matplotlib.rc_context(theme):
            figure.main(plan=folder / "drawn.json", paper=PUBLISHED, figures=each)
    return folders


def curves(axes, colour):
    """Return the lines of a colour: the seeds', then their mean."""
    return [line for line in axes.get_lines() if line.get_color() == colour]


def names(axes):
    return [text.get_text() for text in axes.texts]


def test_a_spectrum_has_a_line_per_seed_and_their_mean_and_names_the_variance_explained(results):
    (axes,) = axes_of(figure.figure(*results, "2"))
    for colour, decay in ((style.BLUE, 0.8), (style.RED, 0.3)):
        *seeds, mean = curves(axes, colour)
        assert len(seeds) == 3 and mean.get_linewidth() > seeds[0].get_linewidth()
        assert all(np.allclose(line.get_ydata(), decay ** np.arange(LATENT)) for line in [*seeds, mean])
    assert axes.get_yscale() == "log" and {"AE, 0.80", "IRMAE l=2, 0.80"} <= {*names(axes)}
    assert " 7 factors" in names(axes) and [7, 7] in [[*line.get_xdata()] for line in axes.get_lines()]


def test_a_spectrum_ends_where_no_variant_has_anything_left(results):
    plan, folder, paper = results
    panels = [{"role": "digits", "dataset": "mnist5k", "variants": ["irmae"]}]
    plan = plan | {"figures": {"4": {"kind": "spectrum", "panels": panels}}}
    (axes,) = axes_of(figure.figure(plan, folder, paper, "4"))
    assert 0.3**5 > 1e-3 > 0.3**6 and axes.get_xlim()[1] == pytest.approx(6.2)


def test_the_papers_curves_stand_in_grey_where_there_are_any(results):
    (shapes,), (digits,) = (axes_of(figure.figure(*results, number)) for number in "24")
    ae, irmae = (line for line in curves(shapes, style.MUTED) if line.get_marker() == "o")
    assert ae.get_xdata()[0] == 6 and ae.get_ydata()[0] == 0.271
    assert dict(irmae.get_xydata())[7] == 0.010 and dict(irmae.get_xydata())[9] < shapes.get_ylim()[0]
    assert {"paper: AE", "paper: IRMAE l=2"} <= {*names(shapes)}
    assert not [name for name in names(digits) if name.startswith("paper")]


def test_a_diverged_seed_is_counted_beside_the_name_and_left_out_of_the_mean(results):
    (axes,) = axes_of(figure.figure(*results, "4"))
    assert "VAE, 0.80 (1 of 3 diverged)" in names(axes)
    *seeds, mean = curves(axes, style.GREY)
    assert len(seeds) == 2 and np.allclose(mean.get_ydata(), 0.8 ** np.arange(LATENT))


@pytest.mark.parametrize("name", ["2", "4", "5", "6", "8", "9", "trajectory", "frontier"])
def test_a_figure_of_which_every_seed_diverged_is_drawn(results, tmp_path, name):
    plan, folder, paper = results
    for part in ("data", "runs"):
        (tmp_path / part).symlink_to(folder / part)
    (tmp_path / "tables").mkdir()
    for table in ("metrics", "trajectory", "family"):
        lost = read_table(folder / "tables" / f"{table}.csv")
        if table != "family":
            lost["value"] = lost["value"].where(lost["variant"] == "reference")
        lost.to_csv(tmp_path / "tables" / f"{table}.csv", index=False)
    figure.figure(plan, tmp_path, paper, name).draw_without_rendering()


@pytest.mark.parametrize("number", ["4", "6", "7"])
def test_a_data_set_that_does_not_run_takes_no_space(results, number):
    plan, folder, paper = results
    panels = plan["figures"][number]["panels"]
    assert [panel["dataset"] for panel in panels] == ["mnist5k", None]
    alone = plan | {"figures": {number: plan["figures"][number] | {"panels": panels[:1]}}}
    whole, only = figure.figure(*results, number), figure.figure(alone, folder, paper, number)
    assert np.array_equal(whole.get_size_inches(), only.get_size_inches()) and words(whole) == words(only)


def test_a_figure_of_which_nothing_runs_says_why(results):
    plan, folder, paper = results
    panels = [
        {"role": "digits", "dataset": "mnist5k", "variants": []},
        {"role": "faces", "dataset": None, "variants": []},
    ]
    plan = plan | {"figures": {"6": {"kind": "gaussian", "panels": panels}}}
    (text,) = words(figure.figure(plan, folder, paper, "6"))
    assert text == "mnist5k (digits): no variant of this figure runs on it; CelebA: not run in this preset"


def test_a_panel_names_the_data_set_the_seeds_and_what_did_not_run(results):
    title = words(figure.figure(*results, "9"))[0].replace("\n", " ")
    assert title == (
        "mnist5k (digits): a line per seed and the mean of 3; beside names: variance explained; samples of seed 0; "
        "not run: IRMAE l=8 shared"
    )


def test_an_ablation_is_one_spectrum_and_a_mosaic_per_variant_with_its_numbers(results):
    assert results[0]["figures"]["9"]["title"] == "Figures 9 to 11"
    *grids, spectrum = axes_of(figure.figure(*results, "9"))
    assert spectrum.get_yscale() == "log" and {"AE, 0.80", "IRMAE l=8, 0.80"} <= {*names(spectrum)}
    numbers = "effective rank 3.5\n0.80 explained\nin-domain FID"
    assert [axes.get_title() for axes in grids] == [f"AE\n{numbers} 39.00", f"IRMAE l=8\n{numbers} 34.00"]
    assert {axes.get_images()[0].get_array().shape for axes in grids} == {(24, 24, 3)}


def test_a_variant_has_one_colour_and_the_papers_have_different_ones(results):
    variants = ["ae", "vae", "ae-l1", "ae-l2", "irmae", "irmae-l4", "irmae-fixed", "irmae-nonlinear", "irmae-shared"]
    colours = style.colours({"config": {"variants": dict.fromkeys([*variants, "mine", "yours"])}})
    assert len({colours[name] for name in variants}) == len(variants) and colours["mine"] != colours["yours"]
    without = style.colours({"config": {"variants": dict.fromkeys(["ae", "mine"])}})
    assert without == {name: colours[name] for name in without}


@pytest.mark.parametrize("name", DRAWN)
def test_files_are_not_blank_and_the_same_whatever_the_users_theme(drawn_twice, name):
    image, pdf = (drawn_twice[0] / f"figure_{name}{suffix}" for suffix in (".png", ".pdf"))
    assert len(np.unique(matplotlib.image.imread(image))) > 10
    assert pdf.read_bytes().startswith(b"%PDF")
    for path in (image, pdf):
        assert path.read_bytes() == (drawn_twice[1] / path.name).read_bytes()


@pytest.fixture(scope="module")
def frontier(results):
    return axes_of(figure.figure(*results, "frontier"))


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


def test_panels_of_the_frontier_share_their_scales(frontier):
    assert len({axes.get_xlim() for axes in frontier}) == 1
    assert len({axes.get_ylim() for axes in frontier[:2]}) == len({axes.get_ylim() for axes in frontier[2:]}) == 1


def test_controls_are_hollow_and_no_part_of_the_steps(results, frontier):
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


def ranked(metric, k, n, difference, **ranks):
    table = pd.DataFrame({"metric": metric, "method": [*ranks], "mean_rank": [*ranks.values()], "k": k, "n": n})
    return table.assign(p=0.01, critical_difference=difference)


def test_a_ranking_that_can_show_something_names_each_method_and_joins_those_that_do_not_differ():
    table = pd.concat([
        ranked("mse", 3, 6, 1.35, AE=1.0, IRMAE=2.0, PCA=3.0, VAE=float("nan")),
        ranked("fid:gmm", 3, 2, 2.34, AE=1.0, IRMAE=2.0, PCA=3.0),
    ])  # fmt: skip
    (shown,) = axes_of(draw_ranking(SimpleNamespace(table=lambda name: table), "ranking"))
    assert shown.get_title(loc="left") == "test MSE (data sets: 6, Friedman's p 0.01)"
    names = " ".join(text.get_text() for text in shown.texts)
    assert all(name in names for name in ("AE", "IRMAE", "PCA", "CD 1.35")) and "VAE" not in names
    joined = [line.get_xdata().tolist() for line in shown.get_lines() if line.get_linewidth() == 3]
    assert joined == [pytest.approx([0.994, 2.006]), pytest.approx([1.994, 3.006])]
    whole = draw_ranking(SimpleNamespace(table=lambda name: table[table["metric"] == "fid:gmm"]), "ranking")
    assert words(whole) == ["over so few data sets ranks show nothing"]


@pytest.mark.parametrize(
    ("difference", "expected"),
    [(0.5, []), (1.0, [(0, 1), (1, 2)]), (2.0, [(0, 2), (2, 3)]), (4.0, [(0, 3)])],
)
def test_cliques_are_the_largest_groups_within_the_critical_difference(difference, expected):
    assert cliques(np.array([1.0, 2.0, 3.0, 5.0]), difference) == expected


def test_a_study_has_a_line_per_variant_over_its_settings(results):
    whole = figure.figure(*results, "depth")
    assert words(whole)[0] == "mnist5k (digits): over the number of matrices, mean and range of seeds"
    assert [text.get_text() for text in whole.subfigs[0].legends[0].get_texts()] == ["IRMAE"]
    rank, effective, *_ = axes_of(whole)
    assert rank.get_lines()[0].get_ydata() == pytest.approx([6.0, 6.0]) and effective.get_title() == "effective rank"
    assert [text.get_text() for text in rank.get_xticklabels()] == ["4", "8"]


def test_a_study_that_does_not_run_says_so(results):
    plan, folder, paper = results
    config = plan["config"] | {"studies": {"beta": {"does": "weight", "variants": {}}}}
    plan = plan | {"config": config, "figures": {"beta": {"kind": "study", "panels": []}}}
    assert words(figure.figure(plan, folder, paper, "beta")) == ["weight: not run in this preset"]


def test_a_sentence_of_the_report_redraws_no_figure_and_a_figure_rewrites_no_report():
    figure_code, report_code = (closure(ROOT, f"bench/{rule}.py") for rule in ("figure", "tables"))
    sentences = [path for path in figure_code if path.startswith("bench/report/") and not path.startswith(FIGURES)]
    assert sentences == ["bench/report/__init__.py"]
    assert not [path for path in report_code if path.startswith(FIGURES)]
