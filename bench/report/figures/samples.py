"""Figures 6 and 7: real images and their reconstructions, samples, and the training images nearest to a row of them."""

from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import SubFigure

from bench.measures.base.pairs import drawn_pairs
from bench.records.names import PAPER_EXTRACTOR
from bench.report.figures.canvas import WHITE, arranged, mark_diverged, mosaic, name_rows, show
from bench.report.figures.source import Source
from bench.report.figures.style import WIDTH, ink
from bench.report.figures.truth import nearest

TITLES, NAMES = 0.8, 0.9  # inches: above and below the mosaics, beside all of them
COLUMNS, FEW, WIDE = 10, 5, 3  # images beside each other: as many, or as few where more than WIDE variants stand
ROWS = 6  # of samples
GAP = 3 / 8  # between parts, in heights of an image


def note(panel: dict[str, Any], source: Source) -> str:
    """Return what a panel's title says beside the data set."""
    seeds = source.most_seeds(panel)
    spread = f"mean ± standard deviation of {seeds} seeds" if seeds > 1 else "1 seed"
    return f"images of seed {source.seeds(panel['dataset'], panel['variants'][0])[0]}; FID: {spread}"


def height(panel: dict[str, Any], source: Source) -> float:
    """Return the height of a panel in inches."""
    single = 3 if source.may_show(panel["dataset"]) else 1  # rows beside the samples, a gap to each
    return (WIDTH - NAMES) / len(panel["variants"]) * (ROWS + single * (1 + GAP)) / _columns(panel) + TITLES


def fid_name(source: Source) -> str:
    """Return how a FID is called: which network's, if it is not the paper's."""
    return "FID" if source.plan["config"]["fid"]["extractor"] == PAPER_EXTRACTOR else "in-domain FID"


def draw(density: str, area: SubFigure, panel: dict[str, Any], source: Source) -> None:
    """Draw a column per variant: real test images and their reconstructions, samples, the last row's nearest images."""
    row = area.subplots(1, len(panel["variants"]), squeeze=False)[0]
    for axes, variant in zip(row, panel["variants"], strict=True):
        parts = _parts(density, variant, panel, source)
        side = next(iter(parts.values())).shape[-2]
        gap = round(GAP * side)
        show(axes, _stacked([mosaic(part) for part in parts.values()], gap))
        if axes is row[0]:
            name_rows(axes, _heights(parts, side, gap))
        if source.diverged(panel["dataset"], variant):
            mark_diverged(axes, sum(axes.get_ylim()) / 2)
        axes.set_title(source.label(variant, panel["dataset"]), color=ink(source.colours[variant]))
        axes.set_xlabel(_fid(panel["dataset"], variant, density, source))


def _parts(density: str, variant: str, panel: dict[str, Any], source: Source) -> dict[str, np.ndarray]:
    """Return rows of images [rows, columns, c, h, w] by name; of persons no photographs."""
    dataset, columns = panel["dataset"], _columns(panel)
    pairs = source.images(dataset, variant, "interpolate")
    again = pairs[:, [0, -1]].reshape(-1, *pairs.shape[2:])  # reconstructions of the ends
    samples = arranged(source.images(dataset, variant, density), ROWS, columns)
    parts = {"reconstructed": arranged(again, 1, columns), "samples": samples}
    if source.may_show(dataset):
        test, train = source.real(dataset, "test"), source.real(dataset, "train")
        ends = drawn_pairs("pairs", len(pairs), len(test)).ravel()
        nearby = train[nearest(samples[-1], train)]
        parts = {"real": arranged(test[ends], 1, columns), **parts, "nearest to\nthe last row": nearby[None]}
    return parts


def _stacked(pictures: list[np.ndarray], gap: int) -> np.ndarray:
    """Put pictures [h, w, 3] under each other, with white in between."""
    between = np.full((gap, *pictures[0].shape[1:]), WHITE, np.uint8)
    return np.concatenate([part for picture in pictures for part in (picture, between)][:-1])


def _heights(parts: dict[str, np.ndarray], side: int, gap: int) -> dict[str, float]:
    """Return the middle of each part in pixels from above."""
    lengths = np.array([len(part) * side + gap for part in parts.values()])
    return dict(zip(parts, lengths.cumsum() - (lengths + gap) / 2, strict=True))


def _columns(panel: dict[str, Any]) -> int:
    return COLUMNS if len(panel["variants"]) <= WIDE else FEW


def _fid(dataset: str, variant: str, density: str, source: Source) -> str:
    values = source.values(dataset, variant, f"fid:{density}")
    if values.empty:
        return "every seed diverged"
    return f"{fid_name(source)} {mean_sd(values, 2)}"


def mean_sd(values: pd.Series, digits: int) -> str:
    """Return the mean of seeds and, of more than one, their standard deviation."""
    spread = f" ± {values.std():.{digits}f}" if len(values) > 1 else ""
    return f"{values.mean():.{digits}f}{spread}"


draw_gaussian, draw_gmm = partial(draw, "gaussian"), partial(draw, "gmm")
