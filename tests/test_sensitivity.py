"""Claims under other protocols, each with the usual numbers of what it does not touch."""

import numpy as np
import pandas as pd
import pytest
from claimed import HIGH, LOW, measured, plan, series
from trajectories import BELOW, EARLY, LATE, MEAN, about_rank, ended, trained, trajectory

from bench.records.names import SUPERVISED
from bench.verdicts.equal import by_training
from bench.verdicts.measured import Measured
from bench.verdicts.sensitivity import sensitivity
from workflow import alternatives as protocols

ALTERNATIVE = ["dataset", "variant", "seed", "alternative", "metric", "value"]


def alternatives(name, metric, **variants):
    rows = [
        ("mnist", variant.replace("_", "-"), seed, name, metric, value)
        for variant, values in variants.items()
        for seed, value in enumerate(values)
    ]
    return pd.DataFrame(rows, columns=ALTERNATIVE)


@pytest.mark.parametrize(
    ("then", "effect"),
    [(LOW, "kept"), ((20, 21, 19, 20.5, 20), "reversed"), ((9.0, 15.0, 9.5, 14.9, 12.0), "no longer clear")],
)
def test_an_alternative_is_judged_with_the_usual_numbers_of_what_it_does_not_touch(then, effect):
    made = plan(("c", "irmae", "ae"))
    judged = sensitivity(made, measured(irmae=LOW, ae=HIGH), alternatives("test-codes", "fid:gmm", irmae=then))
    assert list(judged["alternative"]) == ["test-codes"]  # only what something was measured for
    assert (judged["usual"][0], judged["effect"][0]) == ("as claimed", effect)
    assert judged["difference"][0] == pytest.approx(np.mean(then) - np.mean(HIGH))


def test_workflow_and_tables_call_the_supervised_network_alike():
    assert protocols.SUPERVISED == SUPERVISED


def test_an_unclear_claim_may_become_clear():
    made, usual = plan(("c", "irmae", "ae")), measured(irmae=LOW, ae=(9.0, 11.5, 9.5, 10.9, 9.6))
    judged = sensitivity(made, usual, alternatives("test-codes", "fid:gmm", irmae=LOW, ae=HIGH))
    assert judged["effect"].tolist() == ["now clear"]


def test_another_metric_may_stand_for_the_usual_one():
    values = dict(measured(irmae=LOW, ae=HIGH).usual)
    values |= {("mnist", v, "kid:gmm"): series(*x) for v, x in (("irmae", HIGH), ("ae", LOW))}
    judged = sensitivity(plan(("c", "irmae", "ae")), Measured(values), pd.DataFrame(columns=ALTERNATIVE))
    row = judged.set_index("alternative").loc["kid"]
    assert (row["metric"], row["outcome"], row["effect"]) == ("kid:gmm", "contradicted", "reversed")
    assert "one-gaussian" not in set(judged["alternative"])  # never measured here


def test_the_supervised_network_is_not_compared_with_classifiers_trained_otherwise():
    metric = "error:10:best"
    shared = {"metric": metric, "topic": "digits-error"}
    made = plan(
        {**shared, "id": "s", "lower": "irmae", "than": "supervised"},
        {**shared, "id": "a", "lower": "irmae", "than": "ae"},
    )
    values = {("mnist", v, metric): series(*x) for v, x in (("irmae", LOW), ("ae", HIGH), ("supervised", HIGH))}
    other = pd.concat([alternatives(name, metric, irmae=LOW, ae=HIGH) for name in ("first-labels", "before-chain")])
    judged = sensitivity(made, Measured(values), other)
    assert judged.groupby("alternative")["claim"].agg(list).to_dict() == {
        "before-chain": ["s", "a"],
        "first-labels": ["a"],
    }


def test_other_ways_to_count_stand_for_the_effective_rank():
    known = Measured(ended(trained("irmae", EARLY), trained("ae", LATE, spread=2.0)))
    nothing = pd.DataFrame(columns=ALTERNATIVE)
    row = sensitivity(about_rank(BELOW), known, nothing).set_index("alternative").loc["rank-1e-2"]
    assert (row["metric"], row["usual"], row["effect"]) == ("rank:0.01", "as claimed", "kept")
    assert row["difference"] == pytest.approx(2 * row["usual_difference"])


def test_a_training_by_another_protocol_is_judged_along_its_own_trajectory():
    usual = trained("irmae", EARLY), trained("ae", LATE, spread=2.0)
    again = trained("irmae", LATE, "mnist@unshuffled", 2.0), trained("ae", LATE, "mnist@unshuffled")
    other = trajectory(*again).query("step == 100").assign(dataset="mnist", alternative="unshuffled")
    for tables, decided in (((*usual, *again), "end"), (usual, "end")):  # its trajectories known, and not
        known = Measured(ended(*usual), paths=by_training(trajectory(*tables)))
        row = sensitivity(about_rank(BELOW), known, other).set_index("alternative").loc["unshuffled"]
        assert (row["usual"], row["outcome"], row["decided_at"]) == ("as claimed", "unclear", decided)
        assert row["difference"] == pytest.approx(MEAN)
