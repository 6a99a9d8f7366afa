"""Claims about ranks at equal reconstruction, on trajectories whose answer is known."""

import numpy as np
import pandas as pd
import pytest
from claimed import DATA, NAN
from trajectories import BELOW, EARLY, LATE, MEAN, about_rank, ended, judged, rows, trained, trajectory

from bench.report.verdicts import numbers, places
from bench.verdicts.claims import claims
from bench.verdicts.equal import by_training, equally_explained, rank_where_explained
from bench.verdicts.measured import Measured


@pytest.mark.parametrize(
    ("path", "target", "rank"),
    [
        ([(0.2, 1), (0.6, 3), (0.8, 9)], 0.7, 6.0),  # halfway between two steps
        ([(0.2, 1), (0.6, 3), (0.8, 9)], 0.6, 3.0),  # at a step
        ([(0.2, 1), (0.6, 3), (0.8, 9)], 0.8, 9.0),  # at the end
        ([(0.5, 4), (0.6, 3)], 0.3, 4.0),  # explained from the first step on
        ([(0.5, 4), (0.6, 3)], 0.61, NAN),  # never
        ([(0.2, 1), (0.6, 3), (0.4, 7), (0.9, 9)], 0.5, 2.5),  # the first of two crossings
        ([(0.2, 1), (0.6, 3), (NAN, NAN)], 0.4, 2.0),  # diverged later
        ([(0.2, 1), (NAN, NAN), (0.6, 3)], 0.4, NAN),
        ([(0.2, 1), (0.6, NAN)], 0.4, NAN),
        ([(0.2, 1), (0.6, 3)], NAN, NAN),
        ([(-3.0, 9), (1.0, 1)], 0.0, 3.0),  # worse than the mean image at first
    ],
)
def test_the_rank_where_a_training_first_explains_a_target(path, target, rank):
    assert rank_where_explained(np.array(path, dtype=float), target) == pytest.approx(rank, nan_ok=True)


def compared(*parts):
    """The effective ranks of IRMAE and of AE by seed, where both explain as much."""
    paths = by_training(trajectory(*parts))
    sides = equally_explained(paths["mnist", "irmae"], paths["mnist", "ae"], "effective_rank")
    return tuple(side.to_dict() for side in sides)


def test_two_variants_are_compared_where_the_lower_end_is_on_the_seeds_that_both_have():
    assert compared(rows("irmae", 0, EARLY), rows("ae", 0, LATE), rows("ae", 1, LATE)) == ({0: 5.0}, {0: 7.0})


def test_each_seed_has_its_own_target():
    weak = [(0.1, 2.0), (0.2, 3.0), (0.3, 3.5)]
    sides = rows("irmae", 0, EARLY), rows("irmae", 1, LATE), rows("ae", 0, LATE), rows("ae", 1, weak)
    lower, than = compared(*sides)
    assert than == pytest.approx({0: 7.0, 1: 3.5})  # seed 0 ends at 0.5, seed 1 at 0.3
    assert lower == pytest.approx({0: 5.0, 1: 4.5})


def test_a_seed_that_diverged_on_one_side_is_left_out():
    diverged = [(0.1, 2.0), (0.4, 4.0), (NAN, NAN)]
    sides = rows("irmae", 0, EARLY), rows("irmae", 1, diverged), rows("ae", 0, LATE), rows("ae", 1, LATE)
    assert compared(*sides) == ({0: 5.0}, {0: 7.0})


def test_ends_that_explain_differently_are_judged_at_equal_reconstruction():
    row = judged(trained("irmae", EARLY), trained("ae", LATE, spread=2.0))
    assert row["decided_at"] == "equal reconstruction"
    assert (row["explained"], row["other_explained"]) == pytest.approx((0.5, 0.9))
    assert row["end_difference"] == pytest.approx(5 - 20 - MEAN)
    assert row["difference"] == row["equal_difference"] == pytest.approx(5 - 7 - MEAN)
    assert (row["end_n"], row["equal_n"], row["n"], row["agree"]) == (5, 5, 5, 5)
    assert row["note"].startswith("at equal reconstruction: at the end they explain 50% and 90% of the variance")


def test_a_lower_rank_that_is_only_less_learned_is_no_lower_rank():
    slow = LATE[:2] + [(0.6, 7.0 + 13 / 4)]  # the same way as AE, not as far
    row = judged(trained("irmae", slow, spread=2.0), trained("ae", LATE))
    assert (row["end_mean"], row["end_other_mean"]) == pytest.approx((10.25 + 2 * MEAN, 20 + MEAN))
    assert row["end_p"] < 0.001
    assert row["difference"] == pytest.approx(MEAN)
    assert row["outcome"] == "unclear"


def test_ends_that_explain_alike_decide_themselves():
    row = judged(trained("irmae", [*EARLY[:2], (0.88, 6.0)]), trained("ae", LATE, spread=2.0))
    assert row["decided_at"] == "end"
    assert row["difference"] == row["end_difference"] == pytest.approx(6 - 20 - MEAN)
    # AE explains 0.88 at 19/20 of the way from 7 to 20.
    assert row["equal_difference"] == pytest.approx(6 - (7 + 13 * 0.95) - MEAN)
    assert row["outcome"] == "as claimed" and row["note"] == ""


def test_without_a_trajectory_the_end_decides_and_the_note_says_so():
    tables = trained("irmae", EARLY), trained("pca", LATE, spread=2.0)
    known = Measured(ended(*tables), paths=by_training(trajectory(tables[0])))
    row = claims(about_rank({"lower": "irmae", "than": "pca"}), known, DATA).iloc[0]
    assert (row["decided_at"], row["outcome"]) == ("end", "as claimed")
    assert np.isnan(row["equal_difference"])
    note = "at the end of training, where they explain 50% and 90% of the variance: no trajectory of pca"
    assert row["note"].startswith(note)


def test_other_claims_are_decided_nowhere_else():
    claim = {"variant": "ae", "near": 7, "metric": "rank:0.01"}
    row = judged(trained("ae", LATE), claim=claim)
    assert pd.isna(row["decided_at"]) and np.isnan([row["end_mean"], row["equal_mean"], row["explained"]]).all()


@pytest.mark.parametrize("kind", ["equals", "at_least"])
def test_equal_and_at_least_are_judged_at_equal_reconstruction_too(kind):
    slow = LATE[:2] + [(0.6, 7.0 + 13 / 4)]
    row = judged(trained("vae", slow), trained("ae", LATE, spread=2.0), claim={"variant": "vae", kind: "ae"})
    assert (row["decided_at"], row["outcome"]) == ("equal reconstruction", "as claimed")
    assert row["end_difference"] < -9


def test_the_count_stands_beside_and_a_line_says_where_it_disagrees():
    tables = trained("irmae", EARLY), trained("ae", LATE, spread=2.0)
    agrees = judged(*tables)
    assert (agrees["count_difference"], agrees["count_outcome"]) == (pytest.approx(-4 - 2 * MEAN), "as claimed")
    assert "count" not in agrees["note"]
    path = trajectory(*tables)
    counts = path["metric"] == "rank:0.01"
    own, other = path["variant"] == "irmae", path["variant"] == "ae"
    higher = path["value"].where(~(counts & own), path["value"] + 9)
    values = Measured(ended(*tables), paths=by_training(path.assign(value=higher)))
    row = claims(about_rank(BELOW), values, DATA).iloc[0]
    assert (row["outcome"], row["count_outcome"]) == ("as claimed", "contradicted")
    assert row["note"].endswith("; but the count above 0.01 differs by +4.9: contradicted")
    tied = path["value"].where(~(counts & (own | other)), 3.0)
    values = Measured(ended(*tables), paths=by_training(path.assign(value=tied)))
    row = claims(about_rank(BELOW), values, DATA).iloc[0]
    assert row["note"].endswith("; but the count above 0.01 differs by +0.0: unclear")


def test_the_reports_line_holds_both_places_and_the_count():
    table = pd.DataFrame([judged(trained("irmae", EARLY), trained("ae", LATE, spread=2.0))])
    row = next(table.itertuples())
    assert {text: numbers(row, prefix, 1) for prefix, text in places(row).items()} == {
        "at equal reconstruction": ["5.0 against 7.1", "-2.0 [-2.2, -1.9]", "5 of 5"],
        "at the end": ["5.0 against 20.1", "-15.0 [-15.2, -14.9]", "5 of 5"],
        "count, at equal reconstruction": ["10.1 against 14.2", "-4.1 [-4.3, -3.8]", "5 of 5"],
    }
