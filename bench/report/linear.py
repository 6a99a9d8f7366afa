"""Do linear autoencoders find the rank of their data? In: the tables of rule `linear_rank`, out: a section."""

from collections.abc import Callable

import pandas as pd

from bench.linear.study import OPTIMISERS, VARIANTS, read_study
from bench.linear.summary import CLAIMED, ERROR, LOSS, NOMINAL, STEPS, at_chosen_rates, fill_diverged, judged, summary
from bench.records.names import heading
from bench.records.tables import read_table
from bench.report.cells import mean_sd, table
from bench.report.results import Results

TEXT = """\
arXiv 2107.01301 claims that with orthogonal initial matrices and an adjusted learning rate the rank of a linear
autoencoder's codes converges to the data's, whatever the depth of the chain between encoder and decoder. Its abstract
alone is known, so [greedy.md](../../docs/greedy.md) says how this suite reads it. True ranks {ranks}, codes of
{latent}, {steps} steps, {seeds} seeds; a rank counts singular values above 0.01 of the largest. Every initialisation
is judged at one rate for all depths: the one with the least loss on other seeds, which is what a user can see. A
training that diverged counts as rank 0. *No chain* is the same autoencoder without matrices between: what it finds
needs no chain. [The figure](figures/figure_linear_rank.png) draws ranks and singular values in training; numbers
by seed are in [summary.csv](linear_rank/summary.csv), those of every training in metrics.csv, written beside it."""
TRUTH = """\
The same at the rates at which the rank errs least on other seeds, that is with the truth known: what a rate can give,
and no verdict hangs on it."""
DEPTHS = """\
Error of the rank over the number of matrices, at scale 1: the mean over true ranks and seeds, and behind `;` what
another rate would give at this depth alone, where that is less."""
SPEED = """\
Steps until the loss is within 10 % of the best one of the true rank, at the same rates: the mean, and how many
trainings came that far if not all did."""
STABLE = """\
The highest of the rates tried up to which no training diverged:"""
CLAIMS = ("rank_error", "rank_spread:depth", "rank_spread:scale")
Cell = Callable[[pd.DataFrame, float], str]


def linear_rank(results: Results) -> str:
    """Return the section: the claims' numbers, then errors and steps over depth."""
    settings, study = results.plan["config"]["linear_rank"], read_study(results.folder)
    by_loss, by_truth = read_table(results.folder / "linear_rank" / "summary.csv"), summary(study, ERROR)
    text = TEXT.format(
        ranks=", ".join(map(str, settings["ranks"])),
        latent=settings["latent"],
        steps=settings["steps"],
        seeds=len(results.plan["seeds"]),
    )
    parts = [text]
    for optimiser, title in OPTIMISERS.items():
        chosen = study[(study["optimiser"] == optimiser) & (study["scale"] == NOMINAL)]
        parts += [f"## {title[0].upper()}{title[1:]}", claims_table(by_loss, chosen, optimiser, LOSS)]
        parts += [TRUTH, claims_table(by_truth, chosen, optimiser, ERROR)]
        parts += [DEPTHS, depth_table(chosen, error_cell), SPEED, depth_table(chosen, steps_cell)]
        parts += [STABLE, depth_table(chosen, stable_cell)]
    return "\n\n".join(parts)


def claims_table(numbers: pd.DataFrame, study: pd.DataFrame, optimiser: str, by: str) -> str:
    """Return one optimiser's rates, chosen by the loss or the truth, and numbers of the claims, mean ± sd of seeds."""
    end = "" if optimiser == CLAIMED else f":{optimiser}"
    rates = at_chosen_rates(study, by).groupby("variant")["rate"].first()
    statistics = numbers.groupby(["variant", "metric"])["value"].agg(mean="mean", sd="std", n="count", n_planned="size")
    cells = {key: mean_sd(row, 2) for key, row in zip(statistics.index, statistics.itertuples(), strict=True)}
    rows = [
        [VARIANTS[name], f"{rates[name]:g}", *(cells.get((name, metric + end), "-") for metric in CLAIMS)]
        for name in VARIANTS
        if name in rates
    ]
    return table(["initialisation", "rate", *map(heading, CLAIMS)], rows)


def depth_table(study: pd.DataFrame, cell: Cell) -> str:
    """Return one row per variant with a column per depth, each cell made of its trainings and the chosen rate."""
    rates, depths = at_chosen_rates(study).groupby("variant")["rate"].first(), sorted(study["depth"].unique())
    groups = dict(iter(judged(study).groupby(["variant", "depth"])))
    rows = [
        [
            VARIANTS[name],
            *(cell(groups[name, depth], rates[name]) if (name, depth) in groups else "-" for depth in depths),
        ]
        for name in VARIANTS
        if name in rates
    ]
    return table(["initialisation", *(f"{depth}" for depth in depths)], rows)


def error_cell(study: pd.DataFrame, rate: float) -> str:
    """Return the mean error at a rate, how many trainings diverged, and what a better rate would give."""
    errors = fill_diverged(study).groupby("rate")[ERROR].mean()
    diverged = int(study.loc[study["rate"] == rate, ERROR].isna().sum())
    text = f"{errors[rate]:.2f}" + (f" ({diverged} diverged)" if diverged else "")
    better = f"; {errors.min():.2f} at {errors.idxmin():g}"
    return text + better if errors.min() < errors[rate] else text


def stable_cell(study: pd.DataFrame, rate: float) -> str:
    """Return the highest rate up to which every training has a finite loss, whatever rate was chosen."""
    stable = study.groupby("rate")[ERROR].apply(lambda errors: errors.notna().all()).cummin()
    return f"{stable[stable].index.max():g}" if stable.any() else "none"


def steps_cell(study: pd.DataFrame, rate: float) -> str:
    """Return the mean number of steps at a rate, and how many trainings came that far if not all did."""
    steps = study.loc[study["rate"] == rate, STEPS]
    if not steps.count():
        return "none"
    count = "" if steps.notna().all() else f" ({steps.count()} of {len(steps)} trainings)"
    return f"{steps.mean():.0f}{count}"
