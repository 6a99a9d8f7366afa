"""Numbers to Markdown: means over seeds, cells of a table, tables; in: long tables, out: text."""

import math
from collections.abc import Sequence
from textwrap import fill
from typing import Any

import pandas as pd

KEYS = ["dataset", "variant", "metric"]
COLUMNS = [*KEYS, "mean", "sd", "n", "n_planned", "paper", "paper_sd", "difference"]
# The metrics of each table of means in long form, by how their names begin.
LONG = {
    "table_1": ("fid:", "kid:", "precision:", "recall:"),
    "table_2": ("error:",),
    "codes": (
        *("effective_rank", "rank:", "sampled:", "largest_singular_value", "singular_value:"),
        *("mse", "explained_variance"),
    ),
    "interpolation": ("interpolation:", "interpolation_fid:", "midpoint_error"),
}
WIDTH = 118  # of the text, in characters
ABSENT = "-"  # what a table shows where nothing was measured


def summarise(metrics: pd.DataFrame) -> pd.DataFrame:
    """Return mean, sd (ddof 1) and n of the finite seeds of each data set, variant and metric, and n_planned.

    In: one row per seed with columns dataset, variant, metric, value (missing where the seed diverged).
    """
    groups = metrics.groupby(KEYS, sort=False)["value"]
    return groups.agg(mean="mean", sd="std", n="count", n_planned="size").reset_index()


def beside_paper(summary: pd.DataFrame, paper: pd.DataFrame, own: dict[str, str]) -> pd.DataFrame:
    """Add the published mean and sd and our difference; `own` maps the paper's data sets to ours."""
    theirs = paper.assign(dataset=paper["dataset"].map(own)).dropna(subset="dataset")
    theirs = theirs.rename(columns={"value": "paper", "sd": "paper_sd"})
    table = summary.merge(theirs[[*KEYS, "paper", "paper_sd"]], on=KEYS, how="left", validate="1:1")
    return table.assign(difference=table["mean"] - table["paper"])[COLUMNS]


def mean_sd(row: Any, digits: int) -> str:
    """Return `mean ± sd`, and how many of the planned seeds are not in it where some diverged."""
    if row.n == 0:
        return "diverged"
    lost = f" ({row.n_planned - row.n} of {row.n_planned} diverged)" if row.n < row.n_planned else ""
    return f"{with_spread(row.mean, row.sd, digits)}{lost}"


def with_spread(mean: float, sd: float, digits: int) -> str:
    """Return `mean ± sd`, or the mean alone if it has no spread."""
    return f"{mean:.{digits}f}" + ("" if math.isnan(sd) else f" ± {sd:.{digits}f}")


def difference(value: float, digits: int) -> str:
    """Return ours minus the paper's with its sign; what rounds to nothing is +0."""
    return f"{round(value, digits) + 0.0:+.{digits}f}"


def with_interval(change: float, low: float, high: float, digits: int) -> str:
    """Return `difference [low, high]`, or the difference alone if it has no interval (NaN).

    Where a bound would round to nothing, all three have up to two digits more: its sign says whether it decides.
    """
    if math.isnan(low):
        return difference(change, digits)
    finer = (more for more in (digits, digits + 1, digits + 2) if round(low, more) and round(high, more))
    digits = next(finer, digits)
    return f"{difference(change, digits)} [{difference(low, digits)}, {difference(high, digits)}]"


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table, padded so that it reads as plain text too; columns that hold nothing are left out."""
    full = [n for n in range(len(header)) if n == 0 or any(row[n] not in ("", ABSENT) for row in rows)]
    lines = [[line[n] for n in full] for line in (header, *rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(full))]
    padded = [[text.ljust(width) for text, width in zip(line, widths, strict=True)] for line in lines]
    padded.insert(1, ["-" * width for width in widths])
    return "\n".join("| " + " | ".join(line) + " |" for line in padded)


def prose(text: str) -> str:
    """Return a paragraph of lines that a terminal shows whole."""
    return fill(text, WIDTH, break_on_hyphens=False, break_long_words=False)


def item(text: str) -> str:
    """Return an entry of a list, its further lines indented."""
    return fill(f"- {text}", WIDTH, subsequent_indent="  ", break_on_hyphens=False, break_long_words=False)
