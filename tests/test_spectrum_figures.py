"""Figures of spectra: a line per seed and their mean, the paper's curves dashed, and the ablation beside mosaics."""

import numpy as np
import pytest
from drawn import axes_of, curves, names
from synthetic_config import LATENT

from bench import figure
from bench.report.figures import style


def test_a_spectrum_has_a_line_per_seed_and_their_mean_and_names_the_variance_explained(drawable):
    (axes,) = axes_of(figure.figure(*drawable, "2"))
    for colour, decay in ((style.BLUE, 0.8), (style.RED, 0.3)):
        *seeds, mean = (line for line in curves(axes, colour) if line.get_linestyle() == "-")
        assert len(seeds) == 3 and mean.get_linewidth() > seeds[0].get_linewidth()
        assert all(np.allclose(line.get_ydata(), decay ** np.arange(LATENT)) for line in [*seeds, mean])
    assert axes.get_yscale() == "log" and {"AE, 0.80", "IRMAE l=2, 0.80"} <= {*names(axes)}
    assert " 7 factors" in names(axes) and [7, 7] in [[*line.get_xdata()] for line in axes.get_lines()]


def test_a_spectrum_ends_where_no_variant_has_anything_left(drawable):
    plan, folder, paper = drawable
    panels = [{"role": "digits", "dataset": "mnist5k", "variants": ["irmae"]}]
    plan = plan | {"figures": {"4": {"kind": "spectrum", "panels": panels}}}
    (axes,) = axes_of(figure.figure(plan, folder, paper, "4"))
    assert 0.3**5 > 1e-3 > 0.3**6 and axes.get_xlim()[1] == pytest.approx(6.2)


def test_the_papers_curves_are_dashed_in_the_colours_of_ours_where_there_are_any(drawable):
    (shapes,), (digits,) = (axes_of(figure.figure(*drawable, number)) for number in "24")
    ae, irmae = (
        next(line for line in curves(shapes, colour) if line.get_linestyle() == "--")
        for colour in (style.BLUE, style.RED)
    )
    assert ae.get_xdata()[0] == 6 and ae.get_ydata()[0] == 0.271
    assert dict(irmae.get_xydata())[7] == 0.010 and dict(irmae.get_xydata())[9] < shapes.get_ylim()[0]
    assert not [line for line in digits.get_lines() if line.get_linestyle() == "--"]


def test_a_diverged_seed_is_counted_beside_the_name_and_left_out_of_the_mean(drawable):
    (axes,) = axes_of(figure.figure(*drawable, "4"))
    assert "VAE, 0.80 (1 of 3 diverged)" in names(axes)
    *seeds, mean = curves(axes, style.GREY)
    assert len(seeds) == 2 and np.allclose(mean.get_ydata(), 0.8 ** np.arange(LATENT))


def test_an_ablation_is_one_spectrum_and_a_mosaic_per_variant_with_its_numbers(drawable):
    assert drawable[0]["figures"]["9"]["title"] == "Figures 9 to 11"
    *grids, spectrum = axes_of(figure.figure(*drawable, "9"))
    assert spectrum.get_yscale() == "log" and {"AE, 0.80", "IRMAE l=8, 0.80"} <= {*names(spectrum)}
    numbers = "effective rank 3.5 ± 0.0\n0.80 ± 0.00 explained\nin-domain FID"
    assert [axes.get_title() for axes in grids] == [f"AE\n{numbers} 39.00 ± 1.00", f"IRMAE l=8\n{numbers} 34.00 ± 1.00"]
    assert {axes.get_images()[0].get_array().shape for axes in grids} == {(24, 24, 3)}
