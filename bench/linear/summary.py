"""What a study of linear chains comes to; in: one row per training, out: chosen rates, numbers per seed."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

NOMINAL = 1.0  # the scale at which rates are chosen and depths compared
CLAIMED = "sgd"  # the optimiser of the theory: its numbers bear the claims' names, another's have its name behind
WIDE = ["variant", "optimiser", "depth", "scale", "rate", "rank", "seed"]
THRESHOLD = 0.01  # a learned rank counts the singular values above this times the largest
LEARNED, ERROR, STEPS, LOSS = f"rank:{THRESHOLD:g}", "rank_error", "steps", "loss"
CHOICE = ["optimiser", "variant"]


def choosing(seeds: Sequence[int]) -> list[int]:
    """Return as many seeds as will be judged, to choose rates on: negative ones, which no config can hold."""
    return [-1 - seed for seed in seeds]


def judged(study: pd.DataFrame) -> pd.DataFrame:
    """Return the trainings of the seeds that are judged."""
    return study[study["seed"] >= 0]


def fill_diverged(study: pd.DataFrame) -> pd.DataFrame:
    """Return a study in which a training that diverged has learned rank 0: its error is the true rank."""
    return study.assign(**{LEARNED: study[LEARNED].fillna(0), ERROR: study[ERROR].fillna(study["rank"])})


def chosen_rates(study: pd.DataFrame, by: str = LOSS) -> pd.DataFrame:
    """Return the best rate of every optimiser and variant on the seeds of `choosing`, at scale 1 over all depths and
    ranks; of equals the highest.

    By `LOSS` it is the one with the least geometric mean of the final loss, among those at which no training diverged.
    The choice is the same whatever each data set's losses are divided by, so that the best loss of the true rank,
    which stands in `LOSS`, has no part in it. By `ERROR` the truth chooses, as no user could.
    """
    trainings = study[(study["seed"] < 0) & (study["scale"] == NOMINAL)]
    scores = np.log(trainings[LOSS]).fillna(np.inf) if by == LOSS else fill_diverged(trainings)[ERROR]
    means = trainings.assign(score=scores).groupby([*CHOICE, "rate"])["score"].mean()[::-1]
    return means.groupby(level=CHOICE).idxmin().map(lambda key: key[-1]).rename("rate").reset_index()


def at_chosen_rates(study: pd.DataFrame, by: str = LOSS) -> pd.DataFrame:
    """Return the trainings that are judged, at the rates of `chosen_rates`."""
    return judged(study).merge(chosen_rates(study, by), on=[*CHOICE, "rate"])


def summary(study: pd.DataFrame, by: str = LOSS) -> pd.DataFrame:
    """Return the claims' numbers by seed, of every variant at its chosen rate: seed, variant, metric, value.

    `rank_error` is the error of the rank at scale 1, a mean over depths and true ranks. The spreads are the largest
    learned rank of a chain less the smallest: `rank_spread:depth` over the depths at scale 1, a mean over true ranks;
    `rank_spread:scale` over the scales, a mean over depths and true ranks; `rank_error:scale` is the error of the same
    trainings. A training that diverged counts as rank 0.
    """
    chosen, keys = fill_diverged(at_chosen_rates(study, by)), [*CHOICE, "seed"]
    nominal, chains = chosen[chosen["scale"] == NOMINAL], chosen[chosen["depth"] > 0]
    numbers = {
        ERROR: nominal.groupby(keys)[ERROR].mean(),
        f"{ERROR}:scale": chains.groupby(keys)[ERROR].mean(),
        "rank_spread:depth": _spread(chains[chains["scale"] == NOMINAL], [*keys, "rank"]).groupby(keys).mean(),
        "rank_spread:scale": _spread(chains, [*keys, "rank", "depth"]).groupby(keys).mean(),
    }
    table = pd.concat(numbers, names=["metric"]).rename("value").reset_index()
    other = table["optimiser"] != CLAIMED
    table["metric"] += np.where(other, ":" + table["optimiser"], "")
    return table.sort_values(["metric", "variant", "seed"])[["seed", "variant", "metric", "value"]]


def _spread(study: pd.DataFrame, keys: list[str]) -> pd.Series:
    learned = study.groupby(keys)[LEARNED]
    return learned.max() - learned.min()
