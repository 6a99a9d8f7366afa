"""The figure of rule `linear_rank`: learned rank against true rank, depth and scale, and how singular values grow."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure

from bench.linear.study import OPTIMISERS, VARIANTS, middle, read_study, read_trajectories
from bench.linear.summary import CLAIMED, ERROR, LEARNED, NOMINAL, THRESHOLD, at_chosen_rates, fill_diverged
from bench.report.figures.source import Source
from bench.report.figures.style import BLUE, GREEN, MUTED, ORANGE, SMALL, WIDTH

HEIGHTS = (3.9, 2.7, 2.9)  # inches: of the singular values, of each optimiser's ranks
LOWEST = 1e-5  # end of the axis of singular values
COLOURS = dict(zip(VARIANTS.values(), (MUTED, BLUE, ORANGE, GREEN), strict=True))
MARKERS = dict(zip(VARIANTS.values(), "osD^", strict=True))
DASHES = dict(zip(VARIANTS.values(), ["", "", "", (4, 2)], strict=True))  # one line under another can be seen
SHOWN = ("none", "default", "greedy")  # whose trajectories are drawn


def draw(source: Source, name: str) -> Figure:
    """Draw the figure of a results folder."""
    return draw_linear_rank(source.results)


def draw_linear_rank(results: Path) -> Figure:
    """Draw how singular values grow, and below a row of panels per optimiser, from the tables of a results folder."""
    study = fill_diverged(at_chosen_rates(read_study(results)))
    study["initialisation"] = study["variant"].map(VARIANTS)
    whole = Figure(figsize=(WIDTH, sum(HEIGHTS)), layout="constrained")
    first, *rows = whole.subfigures(len(HEIGHTS), 1, height_ratios=HEIGHTS)
    draw_trajectories(first, read_trajectories(results))
    for area, (optimiser, title) in zip(rows, OPTIMISERS.items(), strict=True):
        area.suptitle(f"{title[0].upper()}{title[1:]}, each at the rate of least loss: mean and range of seeds")
        draw_ranks(area.subplots(1, 3), study[study["optimiser"] == optimiser])
    handles, names = rows[0].get_axes()[0].get_legend_handles_labels()
    rows[-1].legend(handles, names, loc="outside lower center", ncols=len(names), frameon=False)
    return whole


def draw_ranks(panels: Sequence[Axes], study: pd.DataFrame) -> None:
    """Draw one optimiser: learned against true rank at the middle depth, and without a chain; the difference over
    depths, a mean over true ranks; the error over scales, a mean over true ranks and depths.
    """
    nominal, chains = study[study["scale"] == NOMINAL], study[study["depth"] > 0]
    depth = middle(chains["depth"])
    _lines(panels[0], nominal[nominal["depth"].isin([0, depth])], "rank", LEARNED)
    ranks = sorted(study["rank"].unique())
    panels[0].plot(ranks, ranks, color="black", linestyle="--", linewidth=1)
    panels[0].set(title=f"chain of {depth}", xlabel="true rank", ylabel="learned rank", xticks=ranks)
    differences = nominal.assign(difference=nominal[LEARNED] - nominal["rank"])
    _lines(panels[1], _by_seed(differences, "depth", "difference"), "depth", "difference")
    panels[1].axhline(0, color="black", linestyle="--", linewidth=1)
    panels[1].set(title="over depth", xlabel="matrices in the chain", ylabel="learned - true rank")
    panels[1].set_xscale("symlog", base=2, linthresh=1)
    panels[1].set_xticks(sorted(study["depth"].unique()), labels=sorted(study["depth"].unique()))
    _lines(panels[2], _by_seed(chains, "scale", ERROR), "scale", ERROR)
    scales = sorted(study["scale"].unique())
    panels[2].set(title="over initial scale", xlabel="scale of the matrices", ylabel="error of rank", xticks=scales)


def _by_seed(study: pd.DataFrame, axis: str, value: str) -> pd.DataFrame:
    return study.groupby(["initialisation", "seed", axis])[value].mean().reset_index()


def _lines(axes: Axes, study: pd.DataFrame, x: str, y: str) -> None:
    names = [name for name in VARIANTS.values() if (study["initialisation"] == name).any()]
    style = {"palette": COLOURS, "markers": MARKERS, "dashes": DASHES, "errorbar": ("pi", 100), "markersize": 5}
    sns.lineplot(study, x=x, y=y, hue="initialisation", style="initialisation", hue_order=names, ax=axes, **style)
    axes.get_legend().remove()


def draw_trajectories(area: SubFigure, table: pd.DataFrame) -> None:
    """Draw the singular values of the codes' covariance over steps of gradient descent, one panel per variant.

    Those of the data's rank are coloured; the others, which fit noise, are grey.
    """
    table = table[table["optimiser"] == CLAIMED]
    depth, rank = middle(table.loc[table["depth"] > 0, "depth"]), table["rank"].iloc[0]
    area.suptitle(
        f"Singular values of the codes' covariance along gradient descent; the data have rank {rank}: coloured the "
        f"{rank} largest, grey those of noise"
    )
    row = area.subplots(1, len(SHOWN), sharex=True, sharey=True)
    for axes, variant in zip(row, SHOWN, strict=True):
        chosen = table[(table["variant"] == variant) & table["depth"].isin([0, depth])]
        values = chosen.pivot(index="step", columns="index", values="value")
        for index, colour in zip(values, _colours(rank, values.shape[1]), strict=True):
            axes.plot(values.index, values[index].clip(lower=LOWEST / 10), color=colour, zorder=2 + (index < rank))
        axes.plot(values.index, THRESHOLD * values[0], color="black", linestyle="--", linewidth=1)
        title = VARIANTS[variant] + (f", chain of {depth}" if variant != "none" else "")
        axes.set(title=f"{title}\nrate {chosen['rate'].iloc[0]:g}", xlabel="step", yscale="log")
    row[0].set(ylabel="singular value", ylim=(LOWEST, 3))
    row[0].text(0.08 * table["step"].max(), 1.3 * THRESHOLD, "above: counted", va="bottom", fontsize=SMALL)


def _colours(rank: int, count: int) -> list:
    """Return one colour per singular value: a ramp for those of the data's rank, grey for the rest."""
    ramp = sns.color_palette("viridis", rank)
    return [ramp[index] if index < rank else "0.75" for index in np.arange(count)]
