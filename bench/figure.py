"""Rule `figure`: the paper's Figures 2 to 11 and ours; in: plan, tables, images, out: of each a .png and a .pdf."""

from collections.abc import Callable
from pathlib import Path
from textwrap import fill
from typing import Any, NamedTuple

import matplotlib
import seaborn as sns
from matplotlib.figure import Figure, SubFigure

from bench.records.files import read_json, writing
from bench.report.figures import ablation, frontier, images, linear_rank, ranking, spectrum, study, trajectory
from bench.report.figures.source import Source

DPI = 150
TITLE = 100  # characters that fit beside each other
EMPTY = 0.6  # inches, height of a panel that only says why it is empty
STYLE = {"axes.titlesize": 11, "legend.fontsize": 9, "pdf.fonttype": 42, "savefig.dpi": DPI}
# No dates and no versions: equal results give equal bytes.
METADATA = {".png": {"Software": None}, ".pdf": {"CreationDate": None, "Creator": None, "Producer": None}}


class Kind(NamedTuple):
    """How a kind of figure draws one panel: its height in inches, the note in its title, the drawing."""

    height: Callable[[dict[str, Any]], float]
    note: Callable[[dict[str, Any], Source], str]
    draw: Callable[[SubFigure, dict[str, Any], Source], None]


KINDS = {
    "trajectory": Kind(trajectory.height, trajectory.note, trajectory.draw),
    "spectrum": Kind(spectrum.height, spectrum.note, spectrum.draw),
    "interpolate": Kind(images.strips_height, images.note, images.draw_strips),
    "gaussian": Kind(images.grid_height, images.note, images.draw_gaussian),
    "gmm": Kind(images.grid_height, images.note, images.draw_gmm),
    "pca_grid": Kind(images.grid_height, images.note, images.draw_plane),
    "ablation": Kind(ablation.height, ablation.note, ablation.draw),
}
# Kinds without panels draw the whole figure.
WHOLE: dict[str, Callable[[Source, str], Figure]] = {
    "frontier": frontier.draw,
    "ranking": ranking.draw,
    "study": study.draw,
    "linear_rank": linear_rank.draw,
}


def figure(plan: dict[str, Any], results: Path, name: str) -> Figure:
    """Draw a figure: that of a kind without panels, or panels one below the other."""
    kind, source = plan["figures"][name]["kind"], Source(plan, results)
    return WHOLE[kind](source, name) if kind in WHOLE else draw_panels(KINDS[kind], source, name)


def draw_panels(kind: Kind, source: Source, name: str) -> Figure:
    """Draw a figure's panels, each under the title of its data set.

    A panel whose data set does not run, or none of whose variants does, says so instead.
    """
    panels = source.plan["figures"][name]["panels"]
    heights = [kind.height(panel) if panel["variants"] else EMPTY for panel in panels]
    whole = Figure(figsize=(images.WIDTH, sum(heights)), layout="constrained")
    areas = whole.subfigures(len(panels), 1, squeeze=False, height_ratios=heights)[:, 0]
    for area, panel in zip(areas, panels, strict=True):
        draw_panel(area, kind, panel, source, name)
    return whole


def draw_panel(area: SubFigure, kind: Kind, panel: dict[str, Any], source: Source, name: str) -> None:
    """Draw one panel under its title, or why there is nothing to draw."""
    title = source.title(panel)
    if not panel["variants"]:
        reason = f"{title}: no variant of this figure runs on it" if panel["dataset"] else title
        area.text(0.5, 0.5, reason, ha="center", va="center", style="italic", color="0.4")
        return
    title += f", {kind.note(panel, source)}"
    absent = ", ".join(source.absent(panel, name))
    area.suptitle(fill(f"{title}; not run: {absent}" if absent else title, TITLE), fontsize=11)
    kind.draw(area, panel, source)


def main(*, plan: Path, figures: Path) -> None:
    content = read_json(plan)
    for name in content["figures"]:
        with sns.axes_style("whitegrid"), matplotlib.rc_context(STYLE):
            whole = figure(content, plan.parent, name)
            for suffix, metadata in METADATA.items():
                with writing(figures / f"figure_{name}{suffix}") as temporary:
                    whole.savefig(temporary, metadata=metadata)
