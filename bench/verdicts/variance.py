"""Where the spread of Table 2 comes from; in: every autoencoder with every seed's labels, out: shares."""

import numpy as np
import pandas as pd

from bench.verdicts.measured import KEYS

CROSSED = "crossed-"
SHARES = ["autoencoder", "labels", "rest"]


def variance(table: pd.DataFrame) -> pd.DataFrame:
    """Return, per data set, variant and error, the sd of all pairs of an autoencoder and a draw of labels, and
    the shares of its variance due to the autoencoder's seed, to the draw (labelled images, initial head, order)
    and to neither.

    Components of a two-way layout with random effects, one value per cell, by the method of moments; a
    negative one is 0. Left out where a seed diverged.
    """
    rows = []
    crossed = table[table["alternative"].str.startswith(CROSSED)]
    for key, part in crossed.groupby(KEYS, sort=False):
        grid = part.pivot(index="seed", columns="alternative", values="value").to_numpy()
        if np.isfinite(grid).all() and min(grid.shape) > 1:
            shares = dict(zip(SHARES, components(grid), strict=True))
            rows.append(dict(zip(KEYS, key, strict=True)) | shares | {"sd": grid.std(ddof=1), "n": grid.size})
    return pd.DataFrame(rows, columns=[*KEYS, *SHARES, "sd", "n"])


def components(grid: np.ndarray) -> np.ndarray:
    """Return the shares [3] of rows, columns and rest in the variance of values [a, b], both at least 2."""
    a, b = grid.shape
    rows, columns, mean = grid.mean(1), grid.mean(0), grid.mean()
    rest = ((grid - rows[:, None] - columns + mean) ** 2).sum() / ((a - 1) * (b - 1))
    parts = np.array([rows.var(ddof=1) - rest / b, columns.var(ddof=1) - rest / a, rest]).clip(0)
    return parts / parts.sum() if parts.sum() > 0 else parts
