"""A claim put to the test: one variant against another or a number; in: values by seed, out: estimates.

A claim about the rank of two trained variants is tested at the end of training and at equal reconstruction.
"""

from typing import Any, NamedTuple

import pandas as pd

from bench.verdicts.equal import EXPLAINED, both_ends, equally_explained
from bench.verdicts.measured import Measured, is_rank
from bench.verdicts.significance import Estimate, at_least, below, within

BELOW, NEAR, EQUAL_TO, AT_LEAST = "below", "near", "equal to", "at least"
KINDS = {"than": BELOW, "near": NEAR, "equals": EQUAL_TO, "at_least": AT_LEAST}  # by the claim's key for its other side
WHOLE_CODE = "code"  # in place of a number to be near: the size of the variant's code
END, EQUALLY = "end", "equal reconstruction"
PREFIXES = {END: "end_", EQUALLY: "equal_"}  # of the columns that hold a claim's numbers there
NUMBERS = ["mean", "other_mean", "difference", "low", "high", "n", "agree", "p"]


class Claim(NamedTuple):
    """What a claim says: that a variant is `kind` another one, or a number, on a data set in a metric."""

    dataset: str
    metric: str
    variant: str
    kind: str
    other: str | float

    @property
    def variants(self) -> list[str]:
        """The variants it is about."""
        return [self.variant] if self.kind == NEAR else [self.variant, str(self.other)]


class Comparison(NamedTuple):
    """Both sides' means over the seeds that both have, the estimate of their difference, on which side it lies, and the
    difference that does not matter.
    """

    mean: float
    other_mean: float
    estimate: Estimate
    holds: bool
    margin: float = 0.0

    def numbers(self, prefix: str = "") -> dict[str, float]:
        """Return the columns `NUMBERS` of claims.csv, their names behind a prefix."""
        own = self.estimate
        values = (self.mean, self.other_mean, own.mean, own.low, own.high, own.n, own.agree, own.p)
        return {f"{prefix}{name}": value for name, value in zip(NUMBERS, values, strict=True)}


def read_claim(claim: dict[str, Any], plan: dict[str, Any]) -> Claim:
    """Return what an entry of the plan's claims says."""
    key = next(key for key in KINDS if key in claim)
    variant = claim["lower"] if key == "than" else claim["variant"]
    return Claim(plan["roles"][claim["role"]], claim["metric"], variant, KINDS[key], claim[key])


def compared(claim: Claim, plan: dict[str, Any], measured: Measured) -> dict[str, Any]:
    """Return the numbers of a claim both of whose sides were measured: columns of claims.csv.

    Where two trained variants are compared in rank, `decided_at` says whose numbers are the claim's: those of the end
    of training, or those at equal reconstruction if at the end they explain the images' variance differently by more
    than `verdicts.explained_variance`. Both stand there too.
    """
    settings = plan["config"]["verdicts"]
    chosen, row = _compare(claim, _at_the_end(claim, plan, measured), settings["margin"]), {}
    if is_rank(claim.metric) and claim.kind != NEAR:
        chosen, row = _decided(claim, chosen, measured, settings)
    return {**row, **chosen.numbers(), "estimate": chosen.estimate, "margin": chosen.margin, "holds": chosen.holds}


def _decided(
    claim: Claim, end: Comparison, measured: Measured, settings: dict[str, Any]
) -> tuple[Comparison, dict[str, Any]]:
    """Return the comparison of two variants' ranks that decides, and the columns that say where and hold both."""
    paths = [measured.paths.get((claim.dataset, variant)) for variant in claim.variants]
    own, other = _explained(claim, measured, paths)
    row = {"decided_at": END, "explained": own, "other_explained": other, **end.numbers(PREFIXES[END])}
    if any(path is None for path in paths):
        return end, row
    equal = _compare(claim, equally_explained(*paths, measured.name(claim.metric)), settings["margin"])
    row |= equal.numbers(PREFIXES[EQUALLY])
    return (equal, row | {"decided_at": EQUALLY}) if abs(own - other) > settings[EXPLAINED] else (end, row)


def margin(metric: str, number: float, margins: dict[str, float]) -> float:
    """Return the difference from a number that does not matter (`verdicts.margin`)."""
    return max(margins["share"] * abs(number), margins.get(metric.split(":")[0], 0.0))


def _at_the_end(claim: Claim, plan: dict[str, Any], measured: Measured) -> tuple[pd.Series, pd.Series | float]:
    values = measured.values(claim.dataset, claim.variant, claim.metric)
    if claim.kind != NEAR:
        return values, measured.values(claim.dataset, str(claim.other), claim.metric)
    return values, _latent(claim, plan) if claim.other == WHOLE_CODE else claim.other


def _latent(claim: Claim, plan: dict[str, Any]) -> int:
    place = (claim.dataset, claim.variant)
    return next(run["latent"] for run in plan["runs"] if (run["dataset"], run["variant"]) == place)


def _compare(claim: Claim, sides: tuple[pd.Series, pd.Series | float], margins: dict[str, float]) -> Comparison:
    both = pd.DataFrame(dict(zip(("own", "other"), sides, strict=True))).dropna()
    own, other = both["own"].mean(), both["other"].mean()
    difference = both["own"] - both["other"]
    if claim.kind == BELOW:
        return Comparison(own, other, *below(difference))
    matters = margin(claim.metric, other, margins) if claim.kind == NEAR else margins["variants"] * abs(other)
    test = at_least if claim.kind == AT_LEAST else within
    return Comparison(own, other, *test(difference, matters), matters)


def _explained(claim: Claim, measured: Measured, paths: list[pd.DataFrame | None]) -> tuple[float, float]:
    """Return the variance that both variants explain at the end of training: by their trajectories, which are to be
    compared, or on all test images where there are none.
    """
    if all(path is not None for path in paths):
        own, other = both_ends(*paths).mean()
        return own, other
    sides = [measured.values(claim.dataset, variant, EXPLAINED) for variant in claim.variants]
    own, other = (float("nan") if side is None else side.mean() for side in sides)
    return own, other
