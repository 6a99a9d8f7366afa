"""Is what is compared comparable? In: claims.csv and trajectory.csv, out: claims that were judged unequally."""

from collections.abc import Iterator
from typing import Any

import pandas as pd

from bench.checks.folder import AGAIN, Finding, Folder, error

AT_THE_END = "end"  # what claims.csv says in `decided_at`
EXPLAINED = "explained_variance"


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
