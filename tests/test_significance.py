"""The tests behind verdicts, on cases whose answer is known."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from bench.verdicts.significance import against_published, at_least, corrected, needed, paired, within

NAN = float("nan")


def seeds(*values):
    return pd.Series(values, index=range(len(values)), dtype=float)


def test_a_paired_difference_uses_the_seeds_both_have():
    lower, than = seeds(1, 2, NAN, 4), seeds(3, 4.5, 5, NAN)
    estimate = paired(lower, than)
    assert (estimate.n, estimate.agree) == (2, 2)
    assert estimate.mean == pytest.approx(-2.25)
    # t with one degree of freedom: 12.706 * 0.25 to each side.
    assert (estimate.low, estimate.high) == pytest.approx((-2.25 - 12.706 * 0.25, -2.25 + 12.706 * 0.25), abs=1e-3)


def test_pairing_finds_what_an_unpaired_test_would_miss():
    than = seeds(10, 20, 30, 40, 50)
    lower = than - seeds(1.0, 1.1, 0.9, 1.05, 0.95)
    assert paired(lower, than).p < 1e-4


@pytest.mark.parametrize(("count", "p"), [(2, 0.5), (3, 0.25), (5, 0.0625), (6, 0.03125)])
def test_seeds_that_all_differ_by_one_number_have_the_sign_tests_p(count, p):
    estimate = paired(seeds(*[5] * count), seeds(*[0] * count))
    assert estimate.p == p == stats.binomtest(count, count).pvalue
    assert estimate.low == estimate.high == 5
    assert np.isnan(estimate.detectable(0.05))  # no t-test, no smallest difference


def test_a_spread_of_rounding_errors_is_none():
    values = seeds(0.1 + 0.2, 0.3, 0.3)
    assert np.ptp(values) > 0
    assert paired(values, seeds(0, 0, 0)).p == 0.25


def test_seeds_that_do_not_differ_show_nothing():
    assert paired(seeds(*[3] * 9), seeds(*[3] * 9)).p == 1.0


def test_the_smallest_difference_that_could_have_been_shown():
    values = seeds(-1.0, 1.0, 2.0, 0.5)
    detectable = paired(values, seeds(0, 0, 0, 0)).detectable(0.05)
    # A mean of exactly that, with the same spread, is where the t-test turns.
    for mean, shown in ((1.001 * detectable, True), (0.999 * detectable, False)):
        assert (stats.ttest_1samp(values - values.mean() + mean, 0).pvalue < 0.05) == shown


def test_the_smallest_difference_from_a_margin_and_after_correction():
    estimate = paired(seeds(-1.0, 1.0, 2.0, 0.5), seeds(0, 0, 0, 0))
    assert estimate.detectable(0.05, 3) == pytest.approx(3 + estimate.detectable(0.05))
    # Of ten claims two are shown: a third would have to be at p < 0.05 * 3 / 10.
    p = pd.Series([0.001, 0.004, *[0.5] * 8])
    assert needed(corrected(p), 0.05) == pytest.approx(0.015)
    for third, shown in ((0.0149, True), (0.0151, False)):
        assert (corrected(pd.concat([p[:2], pd.Series([third]), p[3:]])).iloc[2] < 0.05) == shown


def test_one_seed_has_a_mean_and_no_p():
    estimate = paired(seeds(1), seeds(4))
    assert (estimate.mean, estimate.n, estimate.agree) == (-3, 1, 1)
    assert np.isnan([estimate.low, estimate.high, estimate.p]).all()
    assert paired(seeds(NAN), seeds(1)).n == 0


@pytest.mark.parametrize(
    ("values", "inside", "significant"),
    [
        ((7.0, 7.1, 6.9, 7.0, 7.05), True, True),
        ((5.8, 8.2, 7.0, 6.0, 8.1), True, False),
        ((4.0, 4.1, 3.9, 4.0, 4.05), False, True),
        ((5.0, 6.5, 5.2, 6.4, 5.1), False, False),
        ((7, 7, 7, 7, 7), True, True),  # one-sided: 0.5 to the power of 5
        ((7, 7, 7, 7), True, False),
        ((4, 4, 4, 4, 4, 4), False, True),
        ((4, 4, 4, 4, 4), False, False),
    ],
)
def test_within_a_margin_is_an_equivalence_inside_and_a_difference_outside(values, inside, significant):
    estimate, holds = within(seeds(*values) - 7, 1)
    assert holds is inside
    assert (estimate.p < 0.05) is significant
    assert estimate.agree == sum(abs(value - 7) <= 1 for value in values)


@pytest.mark.parametrize(
    ("values", "holds", "significant"),
    [
        ((5.0, 9.0, 6.0, 8.0), True, True),  # far above: no upper bound
        ((-0.5, -0.4, -0.6, -0.5), True, True),  # below 0, but by less than the margin
        ((-0.5, -1.8, 0.9, -1.3), True, False),
        ((-3.0, -3.1, -2.9, -3.0), False, True),
        ((-1.1, -3.0, 0.5, -2.0), False, False),
        ((2, 2, 2, 2, 2), True, True),
        ((-2, -2, -2, -2, -2, -2), False, True),
    ],
)
def test_at_least_has_one_bound(values, holds, significant):
    estimate, above = at_least(seeds(*values), 1)
    assert above is holds
    assert (estimate.p < 0.05) is significant
    assert estimate.agree == sum(value >= -1 for value in values)


def test_the_tests_against_bounds_are_scipys():
    values = seeds(0.2, -0.3, 0.4, 0.1, -0.1)
    above = stats.ttest_1samp(values, -0.5, alternative="greater").pvalue
    under = stats.ttest_1samp(values, 0.5, alternative="less").pvalue
    assert within(values, 0.5)[0].p == pytest.approx(max(above, under))
    assert at_least(values, 0.5)[0].p == pytest.approx(above)
    assert within(values - 3, 0.5)[0].p == pytest.approx(stats.ttest_1samp(values - 3, -0.5).pvalue)


def test_welch_from_published_moments_is_scipys_on_the_raw_numbers():
    theirs = np.array([10.0, 11.0, 12.5, 9.5, 10.5])
    ours = seeds(12.0, 13.0, 12.2, 12.9)
    estimate, _ = against_published(ours, theirs.mean(), theirs.std(ddof=1), len(theirs), 0.1)
    assert estimate.p == pytest.approx(stats.ttest_ind(ours, theirs, equal_var=False).pvalue)
    assert estimate.mean == pytest.approx(ours.mean() - theirs.mean())


def test_equivalence_needs_the_difference_within_the_margin_and_a_small_spread():
    close, loose = seeds(10.0, 10.1, 9.9, 10.05, 9.95), seeds(8.0, 12.0, 9.0, 11.0, 10.0)
    assert against_published(close, 10.0, 0.1, 5, 1.0)[1] < 0.001
    assert against_published(loose, 10.0, 0.1, 5, 1.0)[1] > 0.05
    assert against_published(close, 12.0, 0.1, 5, 1.0)[1] > 0.99


def test_more_supposed_runs_behind_a_published_number_make_a_difference_surer():
    ours = seeds(11.0, 11.2, 10.9)
    few, many = (against_published(ours, 10.5, 0.5, runs, 0.1)[0].p for runs in (2, 10))
    assert many < few


def test_without_a_published_spread_the_number_counts_as_exact():
    ours = seeds(11.0, 11.2, 10.9)
    estimate, equivalent = against_published(ours, 11.0, NAN, 5, 1.0)
    assert estimate.p > 0.5 and equivalent < 0.05
    estimate, equivalent = against_published(seeds(0.0, 0.0, 0.0), 0.0, NAN, 5, 0.01)
    assert (estimate.p, equivalent) == (1.0, 0.125)
    estimate, equivalent = against_published(seeds(0.5, 0.5, 0.5), 0.0, NAN, 5, 0.01)
    assert (estimate.p, equivalent) == (0.25, 0.875)


def test_one_seed_is_no_test_against_a_published_number():
    estimate, equivalent = against_published(seeds(11.0), 10.0, 0.5, 5, 1.0)
    assert estimate.mean == 1.0 and np.isnan([estimate.p, equivalent]).all()


def test_the_correction_is_benjamini_and_hochbergs():
    p = pd.Series([0.01, NAN, 0.02, 0.5])
    p_corrected = corrected(p)
    assert np.isnan(p_corrected[1])
    assert p_corrected[0] == pytest.approx(0.01 * 3)
    assert p_corrected[2] == pytest.approx(0.02 * 3 / 2)
    assert p_corrected[3] == pytest.approx(0.5)
    assert corrected(pd.Series([NAN])).isna().all()
