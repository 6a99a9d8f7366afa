"""A plan of a few claims, and made-up numbers by seed that decide them."""

import copy

import pandas as pd
from paper_config import PAPER

from bench.verdicts.measured import Measured
from workflow.plan import make_plan

NAN = float("nan")
DATA = {
    "shapes": {"title": "shapes", "counts": {"train": 50_000, "test": 10_000}},
    "mnist": {"title": "MNIST", "counts": {"train": 60_000, "test": 10_000}},
    "celeba": {"title": "CelebA", "counts": {"train": 162_770, "test": 19_962}},
}
LOW, HIGH = (10.0, 10.2, 9.9, 10.1, 9.8), (12.0, 12.1, 11.8, 12.3, 11.9)


def plan(*claimed, config=PAPER):
    """The paper's plan with these claims only: (id, lower, than) on MNIST's FID, or a dictionary."""
    made = make_plan(copy.deepcopy(config))
    shared = {"topic": "digits-fid", "paper": "IRMAE", "role": "digits", "metric": "fid:gmm"}
    made["claims"] = [
        {**shared, **(c if isinstance(c, dict) else dict(zip(("id", "lower", "than"), c, strict=True)))}
        for c in claimed
    ]
    return made


def measured(**variants):
    """Values of MNIST's FID by seed for variants, with _ for - in their names."""
    return Measured({("mnist", name.replace("_", "-"), "fid:gmm"): series(*v) for name, v in variants.items()})


def series(*values):
    return pd.Series(values, index=pd.RangeIndex(len(values), name="seed"), dtype=float)
