"""What claims come out as, on made-up numbers whose answer is known."""

import copy

import numpy as np
import pytest
from claimed import HIGH, LOW, NAN, measured, plan, series
from paper_config import PAPER

from bench.verdicts.measured import Measured
from bench.verdicts.outcomes import outcomes
from workflow.plan import make_plan


@pytest.mark.parametrize(
    ("lower", "than", "outcome", "agree"),
    [
        (LOW, HIGH, "as claimed", 5),
        (HIGH, LOW, "contradicted", 0),
        (LOW, (9.0, 11.5, 9.5, 10.9, 9.6), "unclear", 2),
        ((10.0, 11.0), (12.0, 12.1), "unclear", 2),  # two seeds want 12.7 standard errors
        (LOW[:2], HIGH[:2], "as claimed", 2),
        (LOW[:1], HIGH[:1], "unclear", 1),
        (LOW, LOW, "unclear", 0),  # ties
        ([3] * 6, [5] * 6, "as claimed", 6),  # no spread: a sign test
        ([5] * 6, [3] * 6, "contradicted", 0),
        ([3] * 5, [5] * 5, "unclear", 5),
        ((NAN, NAN, NAN), HIGH[:3], "unclear", 0),
        ((NAN, *LOW[1:]), HIGH, "as claimed", 4),
    ],
)
def test_an_ordering_is_judged_by_its_paired_seeds(lower, than, outcome, agree):
    row = outcomes(plan(("c", "irmae", "ae")), measured(irmae=lower, ae=than)).iloc[0]
    assert (row["outcome"], row["agree"]) == (outcome, agree)


@pytest.mark.parametrize(
    ("values", "outcome"),
    [
        ((7.0, 7.2, 6.9, 7.1, 7.0), "as claimed"),
        ((4.0, 4.2, 3.9, 4.1, 4.0), "contradicted"),
        ((11.0, 11.2, 10.9, 11.1, 11.0), "contradicted"),
        ((6.0, 8.3, 5.9, 8.0, 7.1), "unclear"),
        ((7,), "unclear"),
    ],
)
def test_near_a_number_is_judged_both_ways(values, outcome):
    claim = {
        "id": "c",
        "variant": "irmae",
        "near": 7,
        "role": "shapes",
        "metric": "rank:0.01",
        "topic": "shapes-rank",
    }
    row = outcomes(plan(claim), Measured({("shapes", "irmae", "rank:0.01"): series(*values)})).iloc[0]
    assert row["outcome"] == outcome
    assert row["difference"] == pytest.approx(np.mean(values) - 7)


def test_near_the_code_is_near_its_size():
    claim = {"id": "c", "variant": "vae", "near": "code", "metric": "rank:0.01"}
    for ranks, outcome in (((127, 128, 126, 128, 128), "as claimed"), ((12, 13, 12, 11, 12), "contradicted")):
        row = outcomes(plan(claim), Measured({("mnist", "vae", "rank:0.01"): series(*ranks)})).iloc[0]
        assert (row["outcome"], row["other_mean"]) == (outcome, 128)


def test_a_share_of_the_variance_is_near_all_of_it():
    claim = {"id": "c", "variant": "ae", "near": 1, "metric": "explained_variance"}
    for explained, outcome in ((0.95, "as claimed"), (0.9, "unclear"), (0.74, "contradicted")):
        values = series(*(explained + noise for noise in (0.0, 0.01, -0.01, 0.005, -0.005)))
        row = outcomes(plan(claim), Measured({("mnist", "ae", "explained_variance"): values})).iloc[0]
        assert row["outcome"] == outcome


@pytest.mark.parametrize(
    ("values", "others", "outcome"),
    [
        (LOW, (10.1, 10.0, 10.2, 9.9, 10.0), "as claimed"),
        (LOW, (10.0, 20.0, 4.0, 14.0, 7.0), "unclear"),
        (LOW, (19.5, 20.0, 20.5, 20.2, 19.9), "contradicted"),  # half of it
        (HIGH, LOW, "unclear"),  # above it by about a fifth
        ((11.5, 11.8, 11.4, 11.9, 11.2), LOW, "as claimed"),  # significantly above it, but by less than a fifth
    ],
)
def test_equals_is_an_equivalence_within_a_share_of_the_others_mean(values, others, outcome):
    claim = {"id": "c", "variant": "irmae", "equals": "vae"}
    row = outcomes(plan(claim), measured(irmae=values, vae=others)).iloc[0]
    assert (row["outcome"], row["kind"], row["other"]) == (outcome, "equal to", "vae")


@pytest.mark.parametrize(
    ("values", "outcome"),
    [
        ((30.0, 32.0, 29.0, 31.0, 30.0), "as claimed"),
        ((9.5, 9.4, 9.6, 9.3, 9.5), "as claimed"),  # below, but by less than a fifth
        ((5.0, 5.2, 4.9, 5.1, 5.0), "contradicted"),
        ((8.0, 12.0, 6.0, 9.0, 5.0), "unclear"),
    ],
)
def test_at_least_asks_for_no_more_than_not_below(values, outcome):
    claim = {"id": "c", "variant": "vae", "at_least": "ae"}
    assert outcomes(plan(claim), measured(vae=values, ae=LOW)).iloc[0]["outcome"] == outcome


def test_what_did_not_run_says_why():
    claimed = plan(("a", "rrae", "ae"), ("b", "irmae-l4", "ae"), ("c", "irmae", "ae"))
    claimed["claims"].append({**claimed["claims"][2], "id": "d", "role": "faces"})
    del claimed["datasets"]["celeba"]
    table = outcomes(claimed, measured(ae=LOW)).set_index("claim")
    assert set(table["outcome"]) == {"not run"}
    assert table.loc["a", "reason"] == "not measured on mnist"
    assert table.loc["b", "reason"] == "irmae-l4 does not run on mnist in this preset"
    assert table.loc["c", "reason"] == "not measured on mnist"
    assert table.loc["d", "reason"] == "celeba does not run in this preset"


def test_many_claims_of_one_paper_ask_for_more_evidence_than_one():
    lower, than = (10.0, 10.5, 9.5), (10.6, 11.4, 10.3)
    values = measured(irmae=lower, ae=than, vae=(5, 9, 7))
    others = [{"id": f"n{i}", "lower": "irmae", "than": "vae"} for i in range(20)]
    alone = outcomes(plan(("c", "irmae", "ae")), values).iloc[0]
    among = outcomes(plan(("c", "irmae", "ae"), *others), values).iloc[0]
    beside = outcomes(plan(("c", "irmae", "ae"), *(other | {"paper": "another"} for other in others)), values).iloc[0]
    assert alone["p"] == among["p"] == beside["p"]
    assert (alone["outcome"], among["outcome"], beside["outcome"]) == ("as claimed", "unclear", "as claimed")
    assert alone["p_corrected"] == beside["p_corrected"]


def test_a_claim_says_what_its_seeds_could_have_shown():
    row = outcomes(plan(("c", "irmae", "ae")), measured(irmae=(10.0, 10.5, 9.5), ae=(10.2, 11.4, 9.3))).iloc[0]
    assert row["outcome"] == "unclear"
    assert row["detectable"] == pytest.approx((row["high"] - row["low"]) / 2)  # at a level of 0.05


def test_both_readings_of_what_a_vaes_code_is_are_judged():
    """Means that use 12 of 128 dimensions, drawn codes that use all of them."""
    made, values = make_plan(copy.deepcopy(PAPER)), {"rank:0.01": 12.0, "sampled:rank:0.01": 128.0}
    jitter = np.linspace(-0.5, 0.5, 5)
    numbers = {("mnist", "vae", metric): series(*(value + jitter)) for metric, value in values.items()}
    table = outcomes(made, Measured(numbers)).set_index("claim")["outcome"]
    assert table["digits-rank-vae-means"] == "contradicted"
    assert table["digits-rank-vae-sampled"] == "as claimed"
