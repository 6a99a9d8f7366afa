"""Rule `linear_rank`: which initialisations of a linear chain find the rank of synthetic data (arXiv 2107.01301);
in: settings, out: metrics.csv, trajectories.csv, summary.csv.

The paper's own settings could not be found: docs/greedy.md says what this study is and what it is not.
"""

import json
from collections.abc import Iterator, Sequence
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch

from bench.job.progress import track
from bench.linear.chains import OPTIMISERS, History, train
from bench.linear.data import (
    INITIALISATIONS,
    NO_CHAIN,
    Case,
    best_loss,
    chain_rate,
    covariance,
    initial_networks,
)
from bench.linear.summary import (
    ERROR,
    LEARNED,
    LOSS,
    NOMINAL,
    STEPS,
    THRESHOLD,
    WIDE,
    at_chosen_rates,
    choosing,
    summary,
)
from bench.records.files import COMMENT, writing
from bench.records.origin import origin

DATASET = "linear"  # as the tables call it
DIVERGED = 2.0  # a loss this many times the initial one, or none at all
REACHED = 1.1  # a loss this many times the best one of the true rank: every factor is learned
CHECKPOINTS = 40  # of a trajectory


def cases(depth: int, optimiser: str, settings: dict[str, Any], seeds: Sequence[int]) -> list[Case]:
    """Return every training of a depth and an optimiser: of the seeds that are judged, and at scale 1 of those that
    choose the rates. Without a chain there is nothing to initialise.
    """
    chains = list(product(INITIALISATIONS, settings["scales"])) if depth else [(NO_CHAIN, NOMINAL)]
    axes = product(chains, settings["rates"][optimiser], settings["ranks"], [*seeds, *choosing(seeds)])
    every = [Case(variant, scale, rate, rank, seed) for (variant, scale), rate, rank, seed in axes]
    return [case for case in every if case.seed in seeds or case.scale == NOMINAL]


def watched(case: Case, settings: dict[str, Any], seeds: Sequence[int]) -> bool:
    """Tell whether a training's trajectory is kept: that of the first seed, the middle rank and scale 1."""
    middle = settings["ranks"][len(settings["ranks"]) // 2]
    return (case.seed, case.rank, case.scale) == (seeds[0], middle, NOMINAL)


def linear_rank(
    depth: int, optimiser: str, settings: dict[str, Any], seeds: Sequence[int]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Train every network of a depth side by side; return one row per training, and the watched trajectories."""
    planned = cases(depth, optimiser, settings, seeds)
    data = {pair: covariance(*pair, settings) for pair in product(settings["ranks"], [*seeds, *choosing(seeds)])}
    covariances = np.array([data[each.rank, each.seed] for each in planned])
    rate = torch.tensor([each.rate for each in planned], dtype=torch.float64)
    adjusted = torch.tensor([chain_rate(each, depth, optimiser) for each in planned], dtype=torch.float64)
    watch = [index for index, each in enumerate(planned) if watched(each, settings, seeds)]
    every = max(1, settings["steps"] // CHECKPOINTS)
    history = train(
        initial_networks(planned, depth, settings),
        torch.tensor(covariances),
        [rate, rate, adjusted],
        OPTIMISERS[optimiser](),
        settings["steps"],
        watch,
        every,
    )
    table = pd.DataFrame(planned).assign(optimiser=optimiser, depth=depth)
    metrics = training_metrics(history, table["rank"].to_numpy(), covariances)
    return table.assign(**metrics)[[*WIDE, *metrics]], trajectories(history, table.iloc[watch], every)


def training_metrics(history: History, ranks: np.ndarray, covariances: np.ndarray) -> dict[str, np.ndarray]:
    """Return the metrics [n] of trainings; NaN where one diverged, of `STEPS` also where a factor is not learned."""
    loss, best = history.loss.numpy(), best_loss(covariances, ranks)
    finite = np.isfinite(loss[-1]) & (loss[-1] <= DIVERGED * loss[0])
    learned = np.where(finite, learned_ranks(history.codes.numpy()), np.nan)
    reached = loss <= REACHED * best
    steps = np.where(finite & reached.any(axis=0), reached.argmax(axis=0), np.nan)
    relative = np.where(finite, loss[-1] / best, np.nan)
    return {LEARNED: learned, ERROR: np.abs(learned - ranks), STEPS: steps, LOSS: relative}


def spectra(codes: np.ndarray) -> np.ndarray:
    """Return the singular values [.., d] of codes' covariances [.., d, d]; zeros where one is not finite."""
    finite = np.isfinite(codes).all(axis=(-2, -1), keepdims=True)
    return np.linalg.svd(np.where(finite, codes, 0.0), compute_uv=False)


def learned_ranks(codes: np.ndarray) -> np.ndarray:
    """Return the number [n] of singular values above `THRESHOLD` times the largest."""
    values = spectra(codes)
    return (values > THRESHOLD * values[..., :1]).sum(axis=-1)


def trajectories(history: History, rows: pd.DataFrame, every: int) -> pd.DataFrame:
    """Return the singular values of the watched codes' covariance: the training's columns, step, index, value."""
    values = spectra(history.watched.numpy())
    step, row, index = (axis.ravel() for axis in np.indices(values.shape))
    table = rows.iloc[row].reset_index(drop=True)[WIDE]
    return table.assign(step=step * every, index=index, value=values.ravel())


def write_numbers(path: Path, table: pd.DataFrame, settings: dict[str, Any]) -> None:
    """Write a table after a line that says where its numbers come from; a missing value is left empty."""
    with writing(path) as temporary, temporary.open("w", newline="", encoding="utf-8") as file:
        file.write(f"{COMMENT} {json.dumps(origin('linear_rank', settings=settings), sort_keys=True)}\n")
        table.to_csv(file, index=False, lineterminator="\n")


def tables(settings: dict[str, Any], seeds: Sequence[int]) -> Iterator[tuple[str, pd.DataFrame]]:
    """Train everything; yield the tables by name."""
    pairs = track(list(product(settings["depths"], settings["rates"])), "depths and optimisers")
    parts = [linear_rank(*pair, settings, seeds) for pair in pairs]
    study, paths = (pd.concat(part, ignore_index=True) for part in zip(*parts, strict=True))
    columns = ["dataset", *WIDE, "metric", "value"]
    yield "metrics", study.melt(WIDE, var_name="metric").assign(dataset=DATASET)[columns]
    yield "trajectories", paths.merge(at_chosen_rates(study)[WIDE], on=WIDE)
    yield "summary", summary(study)


def main(*, settings: dict, seeds: list, results: Path) -> None:
    for name, table in tables(settings, seeds):
        write_numbers(results / f"{name}.csv", table, settings)
        print(f"wrote {len(table)} rows of {name}.csv")
