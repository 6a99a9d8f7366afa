"""Numbers to Markdown: means over seeds, cells of a table, tables; in: long tables, out: text."""

import math
from collections.abc import Sequence
from typing import Any

import pandas as pd

KEYS = ["dataset", "variant", "metric"]
COLUMNS = [*KEYS, "mean", "sd", "n", "n_planned", "paper", "paper_sd", "difference"]
BREAK = "<br>"


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
    """Return `mean ± sd (n)`, or how many of the planned seeds diverged."""
    diverged = row.n_planned - row.n
    count = f"{row.n} of {row.n_planned}, {diverged} diverged" if diverged else f"{row.n}"
    if row.n == 0:
        return count
    spread = f" ± {row.sd:.{digits}f}" if row.n > 1 else ""
    return f"{row.mean:.{digits}f}{spread} ({count})"


def published(value: float, sd: float, digits: int) -> str:
    """Return the paper's number, its spread where it gives one."""
    spread = "" if math.isnan(sd) else f" ± {sd:.{digits}f}"
    return f"paper {value:.{digits}f}{spread}"


def difference(value: float, digits: int) -> str:
    """Return ours minus the paper's with its sign; what rounds to nothing is +0."""
    return f"{round(value, digits) + 0.0:+.{digits}f}"


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table, padded so that it reads as plain text too."""
    lines = [list(header), *map(list, rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(header))]
    padded = [[text.ljust(width) for text, width in zip(line, widths, strict=True)] for line in lines]
    padded.insert(1, ["-" * width for width in widths])
    return "\n".join("| " + " | ".join(line) + " |" for line in padded)
