"""Figures 3 and 5: from one test image to another through the codes between theirs, below the true images."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import SubFigure

from bench.measures.base.pairs import drawn_pairs, rms
from bench.report.figures.canvas import WHITE, mark_diverged, mosaic, name_rows, show
from bench.report.figures.source import Source
from bench.report.figures.style import SMALL, WIDTH
from bench.report.figures.truth import true_path

COLUMNS = 2  # of pairs
NAMES = 2.0  # inches, beside the strips of all columns
GAP = 2  # pixels between strips
TITLES, SPACE = 0.4, 0.2  # inches, above and between the pairs


def note(panel: dict[str, Any], source: Source) -> str:
    """Return what a panel's title says beside the data set."""
    first = source.seeds(panel["dataset"], panel["variants"][0])[0]
    return f"seed {first}; numbers: root mean square error against the true images above; each pair brightened alike"


def height(panel: dict[str, Any], source: Source) -> float:
    """Return the height of a panel in inches."""
    settings, strips = source.plan["config"]["interpolate"], len(panel["variants"]) + 1
    strip = (WIDTH - NAMES) / COLUMNS / settings["steps"] * 1.08
    return (strip * strips + SPACE) * -(-settings["pairs"] // COLUMNS) + TITLES


def draw(area: SubFigure, panel: dict[str, Any], source: Source) -> None:
    """Draw each pair of images, the same for all: what is true, and a strip per variant with its error."""
    strips = {variant: source.images(panel["dataset"], variant, "interpolate") for variant in panel["variants"]}
    shape = next(iter(strips.values())).shape
    truth, known = _truth(panel["dataset"], shape, source)
    errors = {variant: _errors(own, truth, known) for variant, own in strips.items()}
    grid = area.subplots(-(-shape[0] // COLUMNS), COLUMNS, squeeze=False)
    for axes, pair in zip(grid.flat, range(shape[0]), strict=False):
        _pair(axes, pair, strips, truth, panel["dataset"], source)
        _numbers(axes, {variant: own[pair] for variant, own in errors.items()}, panel, source)
    for axes in grid.flat[shape[0] :]:  # one, if any
        _summary(axes, errors, panel["dataset"], source)


def _truth(dataset: str, shape: tuple[int, ...], source: Source) -> tuple[np.ndarray, np.ndarray]:
    """Return images of the shape of all strips [p, steps, c, h, w], white where the truth is not known, and which
    steps are known.
    """
    test = source.real(dataset, "test")
    pairs = drawn_pairs("pairs", shape[0], len(test))
    path = true_path(source.record(dataset), pairs, shape[1])
    if path is not None:
        return path, np.arange(shape[1])
    truth, ends = np.full(shape, WHITE, np.uint8), np.array([0, shape[1] - 1])
    truth[:, ends] = test[pairs]
    return truth, ends


def _errors(images: np.ndarray, truth: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Return the root mean square error [p], on the unit scale, of strips [p, steps, c, h, w] where truth is known."""
    pairs = zip(images[:, known], truth[:, known], strict=True)
    return np.array([np.sqrt(np.square(rms(*pair)).mean()) for pair in pairs])


def _pair(axes: Axes, pair: int, strips: dict, truth: np.ndarray, dataset: str, source: Source) -> None:
    """Draw the strips of one pair under each other, the true one first where it may be shown."""
    rows = {"true": truth[pair]} if source.may_show(dataset) else {}
    rows |= {source.label(variant, dataset): own[pair] for variant, own in strips.items()}
    side, brightest = truth.shape[-2], max(1, *(own[pair].max() for own in strips.values()))
    show(axes, mosaic((np.stack(list(rows.values())) * (WHITE / brightest)).clip(max=WHITE).astype(np.uint8), GAP))
    middles = {name: row * (side + GAP) + side / 2 for row, name in enumerate(rows)}
    name_rows(axes, middles)
    for variant in strips:
        if source.diverged(dataset, variant):
            mark_diverged(axes, middles[source.label(variant, dataset)])


def _numbers(axes: Axes, errors: dict[str, float], panel: dict[str, Any], source: Source) -> None:
    """Write the error of each strip to its right."""
    middles = dict(zip([text.get_text() for text in axes.get_yticklabels()], axes.get_yticks(), strict=True))
    for variant, error in errors.items():
        if not source.diverged(panel["dataset"], variant):
            at = (1.01, middles[source.label(variant, panel["dataset"])])
            axes.text(*at, f"{error:.3f}", transform=axes.get_yaxis_transform(), va="center", fontsize=SMALL)


def _summary(axes: Axes, errors: dict[str, np.ndarray], dataset: str, source: Source) -> None:
    """Write the mean error of all pairs in the place that they leave."""
    lines = [f"{own.mean():.3f}  {source.label(variant, dataset)}" for variant, own in errors.items()]
    count = len(next(iter(errors.values())))
    text = "\n".join([f"mean of the {count} pairs", *lines])
    axes.set_axis_off()
    axes.text(0, 0.5, text, transform=axes.transAxes, va="center", fontsize=SMALL, linespacing=1.6)
