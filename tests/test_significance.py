"""The tests behind verdicts, on cases whose answer is known."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from bench.verdicts.significance import against_published, corrected, near, paired

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


@pytest.mark.parametrize(("values", "p"), [((5, 5), 1.0), ((5, 5, 5), 0.0), ((0, 0, 0, 0, 0), 1.0)])
def test_seeds_that_all_differ_by_one_number_decide_from_three_on(values, p):
    estimate = paired(seeds(*values), seeds(*[0] * len(values)))
    assert estimate.p == p
    assert estimate.low == estimate.high == values[0]


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
        ((7, 7, 7), True, True),
        ((4, 4, 4), False, True),
        ((7, 7), True, False),
    ],
)
def test_near_a_number_is_an_equivalence_inside_and_a_difference_outside(values, inside, significant):
    estimate, within = near(seeds(*values), 7, 1)
    assert within is inside
    assert (estimate.p < 0.05) is significant
    assert estimate.agree == sum(abs(value - 7) <= 1 for value in values)


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
    assert (estimate.p, equivalent) == (1.0, 0.0)
    estimate, equivalent = against_published(seeds(0.5, 0.5, 0.5), 0.0, NAN, 5, 0.01)
    assert (estimate.p, equivalent) == (0.0, 1.0)


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
