"""The tests behind verdicts, on numbers by seed; in: values, out: estimates and p-values.

Source of every p-value and interval: scipy.stats. What stands here is which test answers which question, and
what a spread of zero means.
"""

import warnings
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy import stats


@dataclass(frozen=True)
class Estimate:
    """A mean over n seeds with its 95 % interval and sd (ddof 1), and the p-value of a question put to it."""

    mean: float
    low: float
    high: float
    sd: float
    n: int
    agree: int  # seeds on the side of the claim
    p: float

    def detectable(self, level: float, margin: float = 0.0) -> float:
        """Return the smallest mean that a two-sided t-test of as many values with this sd would have told from all that
        is within `margin` of 0, at p < `level`; missing where no t-test exists (one value, or all equal).
        """
        if self.n < 2 or self.sd == 0:
            return np.nan
        return float(margin + stats.t.ppf(1 - level / 2, self.n - 1) * self.sd / np.sqrt(self.n))


NOTHING = Estimate(np.nan, np.nan, np.nan, np.nan, 0, 0, np.nan)


def paired(lower: pd.Series, than: pd.Series) -> Estimate:
    """Estimate lower - than over the seeds that both have; p of a paired t-test that it is 0 (two-sided)."""
    return below(lower - than)[0]


def below(difference: pd.Series) -> tuple[Estimate, bool]:
    """Estimate a mean; p of a t-test that it is 0 (two-sided). Also returns whether it is below 0."""
    values = difference.dropna()
    estimate = _one_sample(values, int((values < 0).sum()))
    return estimate, estimate.mean < 0


def within(difference: pd.Series, margin: float) -> tuple[Estimate, bool]:
    """Estimate a mean, and test that it is no further than `margin` from 0 (equivalence), or, if it is, that it really
    is. Also returns whether it is within.
    """
    return _bounded(difference.dropna(), -margin, margin)


def at_least(difference: pd.Series, margin: float) -> tuple[Estimate, bool]:
    """Estimate a mean, and test that it is above -`margin` (non-inferiority), or, if it lies below, that it really
    does. Also returns whether it is above.
    """
    return _bounded(difference.dropna(), -margin, np.inf)


def _bounded(values: pd.Series, low: float, high: float) -> tuple[Estimate, bool]:
    """Test that a mean lies between two bounds by one-sided t-tests against both, or, if it lies outside, that it does
    not by that of the bound it crossed, doubled.
    """
    estimate = _one_sample(values, int(values.between(low, high).sum()))
    inside = low <= estimate.mean <= high
    if estimate.n < 2:
        return estimate, inside
    outside = _outside(values, low, high)
    return replace(estimate, p=outside if inside else min(1.0, 2 * (1 - outside))), inside


def _one_sample(values: pd.Series, agree: int) -> Estimate:
    n = len(values)
    if n == 0:
        return NOTHING
    mean = float(values.mean())
    if n == 1:
        return Estimate(mean, np.nan, np.nan, np.nan, n, agree, np.nan)
    if _constant(values):
        return Estimate(mean, mean, mean, 0.0, n, agree, 2 * 0.5**n if mean else 1.0)  # the sign test's
    test = _quiet(stats.ttest_1samp, values, 0.0)
    interval = test.confidence_interval(0.95)
    return Estimate(mean, float(interval.low), float(interval.high), float(values.std()), n, agree, float(test.pvalue))


def _constant(values: pd.Series) -> bool:
    """Tell whether values are equal but for rounding, as differences of counts may be: there is no t-test then."""
    return bool(np.ptp(values) <= 1e-9 * abs(values.mean()))


def _outside(values: pd.Series, low: float, high: float) -> float:
    """Return the p-value of a mean not being between two bounds: the larger of the one-sided tests'."""
    return max(_above(values - low), _above(high - values))


def _above(values: pd.Series) -> float:
    """Return the p-value of a mean not being above 0 by a one-sided t-test, or the sign test where all are equal."""
    if np.isinf(values).all():
        return 0.0
    if _constant(values):
        none = 0.5 ** len(values)
        return none if values.iloc[0] > 0 else 1 - none
    return float(_quiet(stats.ttest_1samp, values, 0.0, alternative="greater").pvalue)


def against_published(values: pd.Series, number: float, sd: float, runs: int, margin: float) -> tuple[Estimate, float]:
    """Estimate ours - theirs; p that it is 0 (Welch's t-test from the published mean and sd of `runs` runs, a
    one-sample t-test where no sd was published), and p that it is not within `margin` (two one-sided such tests).
    """
    difference = (values - number).dropna()
    estimate = _one_sample(difference, 0)
    if estimate.n < 2:
        return estimate, np.nan
    if np.isnan(sd) or estimate.sd == sd == 0:
        return estimate, _outside(difference, -margin, margin)
    ours = (estimate.mean, estimate.sd, estimate.n)
    p = _welch(ours, (0.0, sd, runs))
    above = _welch(ours, (-margin, sd, runs), "greater")
    below = _welch(ours, (margin, sd, runs), "less")
    return replace(estimate, p=p), max(above, below)


def _welch(ours: tuple[float, float, int], theirs: tuple[float, float, int], alternative: str = "two-sided") -> float:
    test = stats.ttest_ind_from_stats(*ours, *theirs, equal_var=False, alternative=alternative)
    return float(test.pvalue)


def needed(p_corrected: pd.Series, level: float) -> float:
    """Return the p below which one more of some claims would have been shown at `level`, given those that are."""
    m, shown = p_corrected.count(), (p_corrected < level).sum()
    return level * min(shown + 1, m) / m if m else np.nan


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
