"""Claims about spreads of learned ranks: a spread that is small because every rank is wrong decides nothing."""

import numpy as np
import pandas as pd
import pytest
from claimed import plan

from bench.verdicts.claims import claims
from bench.verdicts.measured import Measured
from bench.verdicts.spreads import error_of, undecidable


def why(metric="rank_spread:depth", **sides):
    """Ask about two variants, each with its mean spread and error of rank over two seeds."""
    usual = {}
    for name, (spread, error) in sides.items():
        for each, value in ((metric, spread), (error_of(metric), error)):
            if value is not None:
                usual["linear", name, each] = pd.Series([value - 0.1, value + 0.1])
    return undecidable("linear", [*sides], metric, Measured(usual), 1.0)


def test_a_small_spread_of_wrong_ranks_decides_nothing():
    assert (
        why(greedy=(0.0, 7.0), default=(4.0, 0.0))
        == "greedy spreads less, but its ranks are wrong by 7.0 (at most 1 may be)"
    )
    assert why(greedy=(3.4, 0.0), default=(1.3, 1.9)).startswith("default spreads less, but its ranks are wrong by 1.9")


def test_a_small_spread_of_right_ranks_does_however_wrong_the_others_are():
    assert why(greedy=(0.0, 0.0), default=(4.8, 1.9)) == why(greedy=(0.0, 1.0), default=(4.8, 9.0)) == ""


def test_where_no_true_rank_is_known_or_a_side_is_missing_nothing_is_asked():
    assert why(greedy=(0.0, None), default=(4.0, None)) == why(greedy=(0.0, 7.0), default=(None, None)) == ""


def test_a_claim_about_an_error_is_none_about_a_spread():
    wrong = {("linear", name, "rank_error"): pd.Series([7.0, 7.0]) for name in ("greedy", "default")}
    assert undecidable("linear", ["greedy", "default"], "rank_error", Measured(wrong), 1.0) == ""


@pytest.mark.parametrize(
    ("metric", "error"),
    [
        ("rank_spread:depth", "rank_error"),
        ("rank_spread:scale", "rank_error:scale"),
        ("rank_spread:depth:adam", "rank_error:adam"),
        ("rank_spread:scale:adam", "rank_error:scale:adam"),
    ],
)
def test_the_error_is_that_of_the_same_trainings(metric, error):
    assert error_of(metric) == error


DEPTH = {"id": "depth", "lower": "greedy", "than": "default", "metric": "rank_spread:depth", "role": "lines"}


def test_the_verdict_is_that_nothing_can_be_decided_and_says_why():
    spreads = {"greedy": 0.0, "default": 4.0}
    for error, outcome in ((7.0, "not decidable"), (0.5, "as claimed")):
        noise = np.array([0.1, -0.1, 0.05, 0.0, -0.05])
        usual = {("linear", name, "rank_spread:depth"): pd.Series(value + noise**2) for name, value in spreads.items()}
        usual |= {("linear", "greedy", "rank_error"): pd.Series(error + noise)}
        usual |= {("linear", "default", "rank_error"): pd.Series(2.0 + noise)}
        usual["linear", "default", "rank_spread:depth"] += noise
        table = claims(plan(DEPTH | {"unlike": "nothing is known"}), Measured(usual), {}).iloc[0]
        assert table["outcome"] == outcome and table["verdict"] == "not comparable"
        assert ("greedy spreads less, but its ranks are wrong by 7.0" in table["note"]) is (error == 7.0)
        assert np.isnan(table["p"]) == np.isnan(table["p_corrected"]) == (error == 7.0)
