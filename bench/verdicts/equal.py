"""Ranks at equal reconstruction; in: what was seen along trainings, out: ranks where two variants explain as much.

A network that paints one image for all has rank 1, so ranks of networks that explain the images differently say little.
"""

import numpy as np
import pandas as pd

EXPLAINED = "explained_variance"
Paths = dict[tuple[str, str], pd.DataFrame]


def by_training(trajectory: pd.DataFrame) -> Paths:
    """Return values [seed and step, metric] by data set and variant; in: trajectory.csv. A closed form has none."""
    wide = trajectory.pivot(index=["dataset", "variant", "seed", "step"], columns="metric", values="value")
    return {key: path.droplevel(["dataset", "variant"]) for key, path in wide.groupby(level=["dataset", "variant"])}


def ends(path: pd.DataFrame) -> pd.Series:
    """Return the variance explained at the end of training by seed, NaN where it diverged."""
    return path[EXPLAINED].groupby(level="seed").tail(1).droplevel("step")


def both_ends(one: pd.DataFrame, other: pd.DataFrame) -> pd.DataFrame:
    """Return the variance that two variants explain at the end of training [seed, 2]; of seeds that neither lacks."""
    return pd.concat([ends(one), ends(other)], axis=1, join="inner", keys=[0, 1]).dropna()


def equally_explained(one: pd.DataFrame, other: pd.DataFrame, metric: str) -> tuple[pd.Series, pd.Series]:
    """Return two variants' ranks by seed where both first explain what the one of them that ends lower does."""
    targets = both_ends(one, other).min(axis=1)
    return _ranks(one, metric, targets), _ranks(other, metric, targets)


def _ranks(path: pd.DataFrame, metric: str, targets: pd.Series) -> pd.Series:
    seen = path[[EXPLAINED, metric]]
    ranks = [rank_where_explained(seen.loc[seed].to_numpy(), target) for seed, target in targets.items()]
    return pd.Series(ranks, targets.index, dtype=float)


def rank_where_explained(path: np.ndarray, target: float) -> float:
    """Return the rank where a training first explains `target` of the variance, linear between the steps around it.

    path: variance explained and rank [steps, 2], in the order of steps. That of the first step if it explains the
    target already; NaN if none does, or what came until then is not finite.
    """
    explained, rank = path.T
    reached = np.flatnonzero(explained >= target)
    if not len(reached) or not np.isfinite(path[: reached[0] + 1]).all():
        return np.nan
    around = slice(max(reached[0] - 1, 0), reached[0] + 1)
    return float(np.interp(target, explained[around], rank[around]))
