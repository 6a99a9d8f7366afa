"""Figures 3 and 5: from one test image to another through the codes between theirs, below the true images."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import SubFigure

from bench.measures.base.pairs import drawn_pairs, rms
from bench.report.figures.canvas import WHITE, mark_diverged, mosaic, name_rows, show
from bench.report.figures.source import Source
from bench.report.figures.style import SMALL, WIDTH
from bench.report.figures.truth import knows_path, true_path

COLUMNS = 2  # of pairs
NAMES = 2.0  # inches, beside the strips of all columns
GAP = 2  # pixels between strips
TITLES, SPACE = 0.4, 0.2  # inches, above and between the pairs


def note(panel: dict[str, Any], source: Source) -> str:
    """Return what a panel's title says beside the data set."""
    known = knows_path(source.record(panel["dataset"]))
    of = "against the true images" if known else "of the two ends alone, whose true images are known"
    first = source.seeds(panel["dataset"], panel["variants"][0])[0]
    return f"seed {first}; numbers: root mean square error {of}; each pair brightened alike"


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
    whole = {variant: own for variant, own in strips.items() if not source.diverged(panel["dataset"], variant)}
    errors = {variant: _errors(own, truth, known) for variant, own in whole.items()}
    grid = area.subplots(-(-shape[0] // COLUMNS), COLUMNS, squeeze=False)
    for axes, pair in zip(grid.flat, range(shape[0]), strict=False):
        own = {variant: of_pairs[pair] for variant, of_pairs in errors.items()}
        _pair(axes, {variant: images[pair] for variant, images in strips.items()}, truth[pair], own, panel, source)
    for axes in grid.flat[shape[0] :]:  # one, if any
        means = [f"{own.mean():.3f}  {source.label(variant, panel['dataset'])}" for variant, own in errors.items()]
        text = "\n".join([f"mean of the {shape[0]} pairs", *means])
        axes.text(0, 0.5, text, transform=axes.transAxes, va="center", fontsize=SMALL, linespacing=1.6)
        axes.set_axis_off()


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


def _pair(axes: Axes, strips: dict, truth: np.ndarray, errors: dict, panel: dict[str, Any], source: Source) -> None:
    """Draw the strips [steps, c, h, w] of one pair under each other, the true one first where it may be shown, and to
    the right their errors or that they diverged.
    """
    labels = {variant: source.label(variant, panel["dataset"]) for variant in strips}
    rows = {"true": truth} if source.may_show(panel["dataset"]) else {}
    rows |= {labels[variant]: own for variant, own in strips.items()}
    side, brightest = truth.shape[-2], max(1, *(own.max() for own in strips.values()))
    show(axes, mosaic((np.stack(list(rows.values())) * (WHITE / brightest)).clip(max=WHITE).astype(np.uint8), GAP))
    middles = {name: row * (side + GAP) + side / 2 for row, name in enumerate(rows)}
    name_rows(axes, middles)
    right = {"transform": axes.get_yaxis_transform(), "va": "center", "fontsize": SMALL}
    for variant, name in labels.items():
        if variant in errors:
            axes.text(1.01, middles[name], f"{errors[variant]:.3f}", **right)
        else:
            mark_diverged(axes, middles[name])
