"""Figures 9 to 11: spectra of an ablation beside samples from its Gaussian mixture."""

from typing import Any

from matplotlib.figure import SubFigure

from bench.report.figures import images, spectrum
from bench.report.figures.source import Source

LEFT = 1.35  # width of the spectra over that of a mosaic


def height(panel: dict[str, Any]) -> float:
    """Return the height of a panel in inches."""
    return 4.6


def note(panel: dict[str, Any], source: Source) -> str:
    """Return what a panel's title says beside the data set."""
    return f"{spectrum.note(panel, source)}, samples of {images.note(panel, source)}"


def draw(area: SubFigure, panel: dict[str, Any], source: Source) -> None:
    """Draw the spectra, linear above logarithmic, and a mosaic per variant to their right."""
    count = len(panel["variants"])
    left, *mosaics = area.subfigures(1, 1 + count, width_ratios=[LEFT] + [1] * count)
    linear, logarithmic = left.subplots(2, 1, sharex=True)
    for axes in (linear, logarithmic):
        spectrum.draw_spectra(axes, panel, source)
    spectrum.limit(linear, panel)
    spectrum.logarithm(logarithmic)
    spectrum.legend(left, linear, columns=1)
    for part, variant in zip(mosaics, panel["variants"], strict=True):
        images.draw_grid(part.subplots(), "gmm", panel["dataset"], variant, source)
