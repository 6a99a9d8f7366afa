"""Figures 9 to 11: spectra of an ablation above samples from each variant's Gaussian mixture."""

from typing import Any

from matplotlib.figure import SubFigure

from bench.report.figures import spectrum
from bench.report.figures.canvas import arranged, mark_diverged, mosaic, show
from bench.report.figures.samples import fid_name, mean_sd
from bench.report.figures.source import Source
from bench.report.figures.style import WIDTH, ink

SIDE = 6  # samples along each side of a mosaic
DIGITS = (1, 2, 2)  # of rank, variance explained and FID
TITLES = 0.95  # inches, above the mosaics


def height(panel: dict[str, Any], source: Source) -> float:
    """Return the height of a panel in inches."""
    return spectrum.height(panel, source) + WIDTH / len(panel["variants"]) + TITLES


def note(panel: dict[str, Any], source: Source) -> str:
    """Return what a panel's title says beside the data set."""
    first = source.seeds(panel["dataset"], panel["variants"][0])[0]
    return f"{spectrum.note(panel, source)}; samples of seed {first}"


def draw(area: SubFigure, panel: dict[str, Any], source: Source) -> None:
    """Draw the spectra and, below, a mosaic of samples per variant under its rank, variance explained and FID."""
    heights = spectrum.height(panel, source), height(panel, source) - spectrum.height(panel, source)
    above, below = area.subfigures(2, 1, height_ratios=heights)
    row = below.subplots(1, len(panel["variants"]), squeeze=False)[0]
    for axes, variant in zip(row, panel["variants"], strict=True):
        show(axes, mosaic(arranged(source.images(panel["dataset"], variant, "gmm"), SIDE, SIDE)))
        if source.diverged(panel["dataset"], variant):
            mark_diverged(axes, sum(axes.get_ylim()) / 2)
        axes.set_title(_title(variant, panel["dataset"], source), color=ink(source.colours[variant]))
    spectrum.draw(above, panel, source)


def _title(variant: str, dataset: str, source: Source) -> str:
    numbers = {
        name: source.values(dataset, variant, name) for name in ("effective_rank", "explained_variance", "fid:gmm")
    }
    if numbers["effective_rank"].empty:
        return f"{source.label(variant, dataset)}\nevery seed diverged"
    rank, explained, fid = (mean_sd(values, digits) for values, digits in zip(numbers.values(), DIGITS, strict=True))
    measured = [f"effective rank {rank}", f"{explained} explained", f"{fid_name(source)} {fid}"]
    return "\n".join([source.label(variant, dataset), *measured])
