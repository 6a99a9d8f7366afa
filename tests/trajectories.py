"""Trajectories whose ranks and variance explained are known, and a claim about ranks judged along them."""

import claimed
import pandas as pd

from bench.verdicts.claims import claims
from bench.verdicts.equal import by_training
from bench.verdicts.measured import Measured

# Explained and effective rank at steps 1, 10, 100: IRMAE stops early, AE goes on.
EARLY, LATE = [(0.1, 2.0), (0.4, 4.0), (0.5, 5.0)], [(0.1, 2.0), (0.5, 7.0), (0.9, 20.0)]
SEEDS = {0: 0.0, 1: 0.1, 2: -0.1, 3: 0.05, 4: 0.15}
MEAN = 0.04  # of these
BELOW = {"lower": "irmae", "than": "ae"}


def rows(variant, seed, path, dataset="mnist"):
    """Rows of trajectory.csv: the count above 0.01 is twice the effective rank."""
    for step, (explained, rank) in zip((1, 10, 100), path, strict=True):
        for metric, value in (("explained_variance", explained), ("effective_rank", rank), ("rank:0.01", 2 * rank)):
            yield dataset, variant, seed, step, metric, value


def trajectory(*parts):
    columns = ["dataset", "variant", "seed", "step", "metric", "value"]
    return pd.DataFrame([row for part in parts for row in part], columns=columns)


def shifted(path, by):
    """A seed of its own: as the path, but of slightly other ranks."""
    return [(explained, rank + by) for explained, rank in path]


def trained(variant, path, dataset="mnist", spread=1.0):
    return [row for seed, by in SEEDS.items() for row in rows(variant, seed, shifted(path, spread * by), dataset)]


def ended(*tables):
    """What the metrics say: the trajectories' last steps."""
    last = trajectory(*tables).groupby(["dataset", "variant", "metric", "seed"])["value"].last()
    return {key: values.droplevel([0, 1, 2]) for key, values in last.groupby(level=[0, 1, 2])}


def about_rank(claim):
    """The paper's plan with one claim about the effective rank on MNIST."""
    return claimed.plan({"id": "c", "topic": "digits-rank", "metric": "effective_rank"} | claim)


def judged(*tables, claim=BELOW):
    values = Measured(ended(*tables), paths=by_training(trajectory(*tables)))
    return claims(about_rank(claim), values, claimed.DATA).iloc[0]
