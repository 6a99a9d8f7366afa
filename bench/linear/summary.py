"""What a study of linear chains comes to; in: one row per training, out: best rates, numbers per seed."""

import numpy as np
import pandas as pd

NOMINAL = 1.0  # the scale at which rates are chosen and depths compared
CLAIMED = "sgd"  # the optimiser of the theory: its numbers bear the claims' names, another's have its name behind
WIDE = ["variant", "optimiser", "depth", "scale", "rate", "rank", "seed"]
THRESHOLD = 0.01  # a learned rank counts the singular values above this times the largest
LEARNED, ERROR, STEPS, LOSS = f"rank:{THRESHOLD:g}", "rank_error", "steps", "loss"
CHOICE = ["optimiser", "variant"]


def fill_diverged(study: pd.DataFrame) -> pd.DataFrame:
    """Return a study in which a training that diverged has learned rank 0: its error is the true rank."""
    return study.assign(**{LEARNED: study[LEARNED].fillna(0), ERROR: study[ERROR].fillna(study["rank"])})


def chosen_rates(study: pd.DataFrame) -> pd.DataFrame:
    """Return for every optimiser and variant the rate with the lowest mean error of the rank, at scale 1 over all
    depths, ranks and seeds; of equals the highest. The truth chooses, for every variant alike.
    """
    errors = fill_diverged(study[study["scale"] == NOMINAL]).groupby([*CHOICE, "rate"])[ERROR].mean()[::-1]
    return errors.groupby(level=CHOICE).idxmin().map(lambda key: key[-1]).rename("rate").reset_index()


def at_chosen_rates(study: pd.DataFrame) -> pd.DataFrame:
    """Return the trainings at the rates of `chosen_rates`."""
    return study.merge(chosen_rates(study), on=[*CHOICE, "rate"])


def summary(study: pd.DataFrame) -> pd.DataFrame:
    """Return the claims' numbers by seed, of every variant at its chosen rate: seed, variant, metric, value.

    `rank_error` is the error of the rank at scale 1, a mean over depths and true ranks. The spreads are the largest
    learned rank of a chain less the smallest: `rank_spread:depth` over the depths at scale 1, a mean over true ranks;
    `rank_spread:scale` over the scales, a mean over depths and true ranks. A training that diverged counts as rank 0.
    """
    chosen, keys = fill_diverged(at_chosen_rates(study)), [*CHOICE, "seed"]
    nominal, chains = chosen[chosen["scale"] == NOMINAL], chosen[chosen["depth"] > 0]
    numbers = {
        ERROR: nominal.groupby(keys)[ERROR].mean(),
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
