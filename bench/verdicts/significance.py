"""The tests behind verdicts, on numbers by seed; in: values, out: estimates and p-values.

Source of every p-value and interval: scipy.stats. What stands here is which test answers which question, and
what a spread of zero means.
"""

import warnings
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

LEAST_EQUAL = 3  # seeds that may all say the same number before that is evidence: two can by chance


@dataclass(frozen=True)
class Estimate:
    """A mean over n seeds with its 95 % interval, and the p-value of a question put to it."""

    mean: float
    low: float
    high: float
    n: int
    agree: int  # seeds on the side of the claim
    p: float


NOTHING = Estimate(np.nan, np.nan, np.nan, 0, 0, np.nan)


def paired(lower: pd.Series, than: pd.Series) -> Estimate:
    """Estimate lower - than over the seeds that both have; p of a paired t-test that it is 0 (two-sided)."""
    difference = (lower - than).dropna()
    return _one_sample(difference, 0.0, int((difference < 0).sum()))


def _one_sample(values: pd.Series, centre: float, agree: int) -> Estimate:
    n = len(values)
    if n == 0:
        return NOTHING
    mean = float(values.mean())
    if n == 1:
        return Estimate(mean, np.nan, np.nan, n, agree, np.nan)
    if np.ptp(values) == 0:
        return Estimate(mean, mean, mean, n, agree, _equal(mean != centre, n))
    test = _quiet(stats.ttest_1samp, values, centre)
    interval = test.confidence_interval(0.95)
    return Estimate(mean, float(interval.low), float(interval.high), n, agree, float(test.pvalue))


def _equal(differs: bool, n: int) -> float:
    """Return the p-value where all seeds give one number, so that no t-test exists: ranks are counts."""
    return 0.0 if differs and n >= LEAST_EQUAL else 1.0


def near(values: pd.Series, number: float, margin: float) -> tuple[Estimate, bool]:
    """Estimate a mean, and test that it is within `margin` of a number, or, if it lies outside, that it is not.

    Two one-sided t-tests (equivalence) inside; the nearer bound's t-test, doubled, outside. Also returns
    whether the mean is inside.
    """
    values = values.dropna()
    if values.empty:
        return NOTHING, False
    agree = int(((values - number).abs() <= margin).sum())
    inside = abs(float(values.mean()) - number) <= margin
    estimate = _one_sample(values, number, agree)
    if len(values) == 1:
        return estimate, inside
    if np.ptp(values) == 0:
        p = _equal(True, len(values))
    else:
        above, below = _bounds(values, number, margin)
        p = max(above, below) if inside else min(1.0, 2 * (1 - max(above, below)))
    return Estimate(estimate.mean, estimate.low, estimate.high, estimate.n, agree, p), inside


def _bounds(values: pd.Series, number: float, margin: float) -> tuple[float, float]:
    """Return the p-values of being above the lower bound and below the upper one."""
    above = _quiet(stats.ttest_1samp, values, number - margin, alternative="greater").pvalue
    below = _quiet(stats.ttest_1samp, values, number + margin, alternative="less").pvalue
    return float(above), float(below)


def against_published(values: pd.Series, number: float, sd: float, runs: int, margin: float) -> tuple[Estimate, float]:
    """Estimate ours - theirs; p that it is 0 (Welch's t-test from the published mean and sd of `runs` runs, a
    one-sample t-test where no sd was published), and p that it is not within `margin` (two one-sided such tests).
    """
    values = values.dropna()
    estimate = _one_sample(values - number, 0.0, 0)
    if len(values) < 2:
        return estimate, np.nan
    if np.isnan(sd):
        if np.ptp(values) == 0:
            return estimate, _equal(abs(estimate.mean) <= margin, len(values))
        return estimate, max(_bounds(values, number, margin))
    ours = (float(values.mean()), float(values.std()), len(values))
    if ours[1] == 0 and sd == 0:
        return estimate, _equal(abs(estimate.mean) <= margin, len(values))
    p = _welch(ours, (number, sd, runs))
    above = _welch(ours, (number - margin, sd, runs), "greater")
    below = _welch(ours, (number + margin, sd, runs), "less")
    return Estimate(estimate.mean, estimate.low, estimate.high, estimate.n, 0, p), max(above, below)


def _welch(ours: tuple[float, float, int], theirs: tuple[float, float, int], alternative: str = "two-sided") -> float:
    test = stats.ttest_ind_from_stats(*ours, *theirs, equal_var=False, alternative=alternative)
    return float(test.pvalue)


def corrected(p: pd.Series) -> pd.Series:
    """Return p-values adjusted for their number by Benjamini and Hochberg's procedure (false discovery rate).

    Missing ones stay missing and do not count.
    """
    known = p.dropna().astype(float)
    if known.empty:
        return p.astype(float)
    return pd.Series(stats.false_discovery_control(known, method="bh"), known.index).reindex(p.index)


def _quiet(test, *arguments, **options):
    """Call a test without its warning about nearly equal numbers: a tiny spread is an answer here."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        return test(*arguments, **options)
