"""Is what is compared comparable? In: claims.csv and trajectory.csv, out: claims that were judged unequally."""

from collections.abc import Iterator
from typing import Any

import pandas as pd

from bench.checks.folder import AGAIN, Finding, Folder, error, listed

# A trajectory's end is of fewer images than the other numbers: by so much of what all of them leave unexplained it may
# differ. Looks at 64 of 128 images differed by up to 6 %, at 250 of 1,000 by up to 4 %.
NEAR = 0.25
AT_THE_END = "end"  # what claims.csv says in `decided_at`
EXPLAINED = "explained_variance"
CLOSED = ("pca", "untrained")  # models that take no step


def equal_reconstruction(folder: Folder) -> Iterator[Finding]:
    """No claim about ranks is decided at the end of trainings that explain the images differently there."""
    ends = _ends(folder.table("trajectory"))
    claims = folder.table("claims")
    for claim in claims[claims["decided_at"] == AT_THE_END].itertuples():
        sides = [(claim.dataset, claim.variant), (claim.dataset, claim.other)]
        if all(side in ends for side in sides):
            yield from _unequal(claim, *(ends[side] for side in sides), folder.plan["config"]["verdicts"][EXPLAINED])


def _ends(trajectory: pd.DataFrame) -> dict[tuple[str, str], pd.Series]:
    """Return the variance explained at the last recorded step by seed, of every data set and variant."""
    explained = trajectory[trajectory["metric"] == EXPLAINED].sort_values("step")
    last = explained.drop_duplicates(["dataset", "variant", "seed"], keep="last").set_index("seed")
    return dict(iter(last.groupby(["dataset", "variant"])["value"]))


def _unequal(claim: Any, own: pd.Series, other: pd.Series, margin: float) -> Iterator[Finding]:
    one, two = pd.DataFrame({"own": own, "other": other}).dropna().mean()
    if abs(one - two) > margin:
        where = f"tables/claims.csv, {claim.claim}"
        apart = f"where {claim.variant} explains {one:.0%} of the variance and {claim.other} {two:.0%}"
        yield error("fairness", where, f"is decided at the end of training, {apart}: {AGAIN}")


def trajectories(folder: Folder) -> Iterator[Finding]:
    """Every training was seen after the same steps in all seeds, up to its last, and ends where its numbers are."""
    along = folder.table("trajectory")
    measured = folder.metrics.set_index(["dataset", "variant", "seed", "metric"])["value"]
    for run in folder.trained:
        name, last = f"{run['dataset']}/{run['variant']}", _steps(folder, run)
        seen = along[(along["dataset"] == run["dataset"]) & (along["variant"] == run["variant"])]
        for seed in run["seeds"] if last and run in folder.plan["runs"] else ():  # of studies none is gathered
            own = seen[seen["seed"] == seed].pivot(index="step", columns="metric", values="value")
            if own.empty or own.index[-1] != last or own.shape[0] < seen["step"].nunique():
                yield error("trajectory", name, f"seed {seed} was not seen at every step up to {last}; {AGAIN}")
                continue
            end, whole = own[EXPLAINED].iloc[-1], measured.get((run["dataset"], run["variant"], seed, EXPLAINED))
            if whole is not None and abs(end - whole) > NEAR * (1 - whole):
                text = f"seed {seed} ends explaining {end:.2f} of the variance, its codes {whole:.2f}; {AGAIN}"
                yield error("trajectory", name, text)
            ranks = own.filter(like="rank")
            if bad := list(ranks.columns[((ranks < 0) | (ranks > run["latent"])).any()]):
                yield error("trajectory", name, f"seed {seed}: {listed(bad)} over the code's {run['latent']}; {AGAIN}")


def _steps(folder: Folder, run: dict[str, Any]) -> int:
    """Return how many optimiser steps a run took; 0 of a closed form."""
    training, count = run["training"], folder.records[run["dataset"]]["counts"]["train"]
    return 0 if run["model"] in CLOSED else training["epochs"] * (count // min(training["batch"], count))
