"""What the figure and the section of tables.md read of rule `linear_rank`; in: a results folder, out: frames, names."""

from pathlib import Path

import pandas as pd

from bench.linear.summary import WIDE
from bench.records.tables import read_table

VARIANTS = {
    "none": "no chain",
    "default": "PyTorch's default",
    "orthogonal": "orthogonal",
    "greedy": "orthogonal, rate adjusted",
}
OPTIMISERS = {"sgd": "gradient descent", "adam": "Adam"}


def read_study(results: Path) -> pd.DataFrame:
    """Return metrics.csv with one row per training: the columns `WIDE` and one per metric (missing: diverged)."""
    table = read_table(results / "linear_rank" / "metrics.csv")
    return table.pivot(index=WIDE, columns="metric", values="value").reset_index().rename_axis(columns=None)


def read_trajectories(results: Path) -> pd.DataFrame:
    """Return trajectories.csv: the columns `WIDE`, step, index (from 0), value."""
    return read_table(results / "linear_rank" / "trajectories.csv")


def middle(numbers: pd.Series) -> int:
    """Return the middle one of the different numbers, the upper of two."""
    return int(numbers.drop_duplicates().quantile(interpolation="higher"))
