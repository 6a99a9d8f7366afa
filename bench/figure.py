"""Rule `figure`: the paper's Figures 2 to 11 and ours; in: plan, tables, images, out: of each a .png and a .pdf."""

from collections.abc import Callable
from pathlib import Path
from textwrap import fill
from typing import Any, NamedTuple

import pandas as pd
from matplotlib.figure import Figure, SubFigure

from bench.records.files import read_json, writing
from bench.records.tables import read_table
from bench.report.figures import (
    ablation,
    frontier,
    linear_rank,
    plane,
    ranking,
    samples,
    spectrum,
    strips,
    study,
    trajectory,
)
from bench.report.figures.canvas import empty
from bench.report.figures.source import Source
from bench.report.figures.style import WIDTH, styled

TITLE = 128  # characters that fit beside each other
# No dates and no versions: equal results give equal bytes.
METADATA = {".png": {"Software": None}, ".pdf": {"CreationDate": None, "Creator": None, "Producer": None}}


class Kind(NamedTuple):
    """How a kind of figure draws one panel: its height in inches, the note in its title, the drawing."""

    height: Callable[[dict[str, Any], Source], float]
    note: Callable[[dict[str, Any], Source], str]
    draw: Callable[[SubFigure, dict[str, Any], Source], None]


KINDS = {
    "trajectory": Kind(trajectory.height, trajectory.note, trajectory.draw),
    "spectrum": Kind(spectrum.height, spectrum.note, spectrum.draw),
    "interpolate": Kind(strips.height, strips.note, strips.draw),
    "gaussian": Kind(samples.height, samples.note, samples.draw_gaussian),
    "gmm": Kind(samples.height, samples.note, samples.draw_gmm),
    "pca_grid": Kind(plane.height, plane.note, plane.draw),
    "ablation": Kind(ablation.height, ablation.note, ablation.draw),
}
# Kinds without panels draw the whole figure.
WHOLE: dict[str, Callable[[Source, str], Figure]] = {
    "frontier": frontier.draw,
    "ranking": ranking.draw,
    "study": study.draw,
    "linear_rank": linear_rank.draw,
}


def figure(plan: dict[str, Any], results: Path, paper: pd.DataFrame, name: str) -> Figure:
    """Draw a figure: that of a kind without panels, or panels one below the other."""
    kind, source = plan["figures"][name]["kind"], Source(plan, results, paper)
    return WHOLE[kind](source, name) if kind in WHOLE else draw_panels(KINDS[kind], source, name)


def draw_panels(kind: Kind, source: Source, name: str) -> Figure:
    """Draw a figure's panels, each under the title of its data set.

    One whose data set does not run, or none of whose variants does, takes no space; if all are so, they say why.
    """
    panels = source.plan["figures"][name]["panels"]
    drawn = [panel for panel in panels if panel["variants"]]
    if not drawn:
        return empty("; ".join(_reason(panel, source) for panel in panels))
    heights = [kind.height(panel, source) for panel in drawn]
    whole = Figure(figsize=(WIDTH, sum(heights)), layout="constrained")
    areas = whole.subfigures(len(drawn), 1, squeeze=False, height_ratios=heights)[:, 0]
    for area, panel in zip(areas, drawn, strict=True):
        title = f"{source.title(panel)}: {kind.note(panel, source)}"
        absent = ", ".join(source.absent(panel, name))
        area.suptitle(fill(f"{title}; not run: {absent}" if absent else title, TITLE))
        kind.draw(area, panel, source)
    return whole


def _reason(panel: dict[str, Any], source: Source) -> str:
    title = source.title(panel)
    return f"{title}: no variant of this figure runs on it" if panel["dataset"] else title


def main(*, plan: Path, paper: Path, figures: Path) -> None:
    content, published = read_json(plan), read_table(paper)
    for name in content["figures"]:
        with styled():
            whole = figure(content, plan.parent, published, name)
            for suffix, metadata in METADATA.items():
                with writing(figures / f"figure_{name}{suffix}") as temporary:
                    whole.savefig(temporary, metadata=metadata)
