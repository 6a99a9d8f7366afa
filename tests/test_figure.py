import sys

import matplotlib.image
import numpy as np
import pytest
from synthetic import LATENT, write_results

from bench import aggregate, figure
from bench.command import Stop
from bench.figures.canvas import mosaic


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    folder = tmp_path_factory.mktemp("results")
    plan = write_results(folder)
    aggregate.write_table(folder / "tables" / "metrics.csv", aggregate.gather_metrics(plan, folder))
    return plan, folder


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


def test_an_unknown_number_stops_naming_those_that_exist(results):
    with pytest.raises(Stop, match="no figure 3 .* 2, 4, 5, 6, 7, 8, 11, frontier, ranking"):
        figure.figure(*results, "3")


@pytest.mark.parametrize("number", ["2", "5", "6", "11"])
def test_files_are_not_blank_and_twice_the_same(results, tmp_path, monkeypatch, number):
    folder = results[1]
    for name in ("a", "b"):
        shared = [
            "--plan",
            folder / "plan.json",
            "--results",
            folder,
            "--name",
            number,
            "--out",
            tmp_path / name,
        ]
        monkeypatch.setattr(sys, "argv", ["figure", *map(str, shared)])
        figure.main()
    assert len(np.unique(matplotlib.image.imread(tmp_path / "a.png"))) > 10
    assert (tmp_path / "a.pdf").read_bytes().startswith(b"%PDF")
    for suffix in (".png", ".pdf"):
        assert (tmp_path / f"a{suffix}").read_bytes() == (tmp_path / f"b{suffix}").read_bytes()
