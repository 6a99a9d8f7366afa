"""Whether a number of ours can be held against the paper's, and the verdict on the paper that follows."""

import copy

import pytest
from claimed import DATA, HIGH, LOW, measured, plan
from paper_config import PAPER

from bench.verdicts.claims import claims
from bench.verdicts.comparable import differences


def test_a_run_of_the_papers_size_is_comparable_and_any_other_says_why_not():
    assert [differences("fid:gmm", role, plan(), DATA) for role in ("shapes", "digits", "faces")] == [[], [], []]
    smaller = copy.deepcopy(PAPER)
    smaller["data"]["mnist"]["training"] = {"epochs": 8}
    smaller["fid"]["extractor"] = "in_domain"
    smaller["classify"]["epochs"] = 50
    smaller["data"]["mnist"]["architecture"]["encoder"] = [16, 32, 64, 128]
    data = DATA | {"mnist": {"title": "MNIST", "counts": {"train": 5_000, "test": 10_000}}}
    size = ["5,000 of 60,000 training images", "training.epochs 8 for 100", "another architecture"]
    assert differences("rank:0.01", "digits", plan(config=smaller), data) == size
    assert "another extractor (in_domain)" in differences("fid:gmm", "digits", plan(config=smaller), data)
    assert "classify.epochs 50 for 500" in differences("error:10:best", "digits", plan(config=smaller), data)
    other = copy.deepcopy(PAPER) | {"roles": PAPER["roles"] | {"digits": "mnist5k"}}
    data = DATA | {"mnist5k": {"title": "mnist5k", "counts": {"train": 4_000, "test": 1_000}}}
    assert differences("rank:0.01", "digits", plan(config=other), data) == ["another data set (mnist5k for MNIST)"]
    without = copy.deepcopy(PAPER) | {"variants": {"ae": PAPER["variants"]["ae"]}, "figures": {}}  # no IRMAE, no depth
    assert differences("rank:0.01", "digits", plan(config=without), DATA) == []


@pytest.mark.parametrize(
    ("section", "changed", "touched"),
    [
        ("classify", {"subset": "first"}, {"error:10:best"}),
        ("classify", {"most_steps": 20000}, {"error:10:best"}),
        ("classify", {"dropout": 0.5}, {"error:10:best"}),
        ("classify", {"evaluate_every": 1}, {"error:10:best"}),
        ("sample", {"count": 5000}, {"fid:gmm", "recall:gmm"}),
        ("fid", {"reference": "train"}, {"fid:gmm", "recall:gmm"}),
        ("fid", {"pairs": 100}, {"interpolation:middle"}),
    ],
)
def test_what_a_metric_was_measured_by_is_asked_of_it_alone(section, changed, touched):
    """Such as a count of samples, which moves an FID and no rank."""
    config = copy.deepcopy(PAPER) | {section: PAPER[section] | changed}
    metrics = ("fid:gmm", "recall:gmm", "interpolation:middle", "error:10:best", "effective_rank")
    unlike = {metric: said for metric in metrics if (said := differences(metric, "digits", plan(config=config), DATA))}
    ((key, value),) = changed.items()
    usual = "none" if PAPER[section][key] is None else PAPER[section][key]
    assert unlike == dict.fromkeys(touched, [f"{section}.{key} {value} for {usual}"])


def test_samples_of_another_mixture_are_not_the_papers():
    config = copy.deepcopy(PAPER)
    config["data"]["mnist"]["components"] = 10
    assert differences("fid:gmm", "digits", plan(config=config), DATA) == ["components 10 for 4"]
    assert differences("error:10:best", "digits", plan(config=config), DATA) == []


def test_a_role_of_ours_is_comparable_with_nothing_of_the_paper():
    other = copy.deepcopy(PAPER) | {"roles": PAPER["roles"] | {"clothes": "fashion_mnist"}}
    assert differences("mse", "clothes", plan(config=other), DATA) == ["the paper has no such data set"]


def test_the_verdict_on_the_paper_is_the_outcome_only_where_comparable():
    values = measured(irmae=LOW, ae=HIGH)
    row = claims(plan(("c", "irmae", "ae")), values, DATA).iloc[0]
    assert (row["outcome"], row["verdict"], row["reason"]) == ("as claimed", "as claimed", "")
    config = copy.deepcopy(PAPER) | {"fid": PAPER["fid"] | {"extractor": "in_domain"}}
    row = claims(plan(("c", "irmae", "ae"), config=config), values, DATA).iloc[0]
    assert (row["outcome"], row["verdict"]) == ("as claimed", "not comparable")
    assert row["reason"] == "another extractor (in_domain)"


def test_a_reading_of_our_own_is_no_verdict_on_the_paper_and_asks_no_more_evidence_of_its_claims():
    ours = [{"id": f"o{i}", "lower": "irmae", "than": "ae", "paper": "ours"} for i in range(20)]
    values = measured(irmae=(10.0, 10.5, 9.5), ae=(10.6, 11.4, 10.3))
    row, own = claims(plan(("c", "irmae", "ae"), *ours), values, DATA).iloc[:2].to_dict("records")
    assert row["verdict"] == "as claimed" and row["p_corrected"] == row["p"]
    assert (own["verdict"], own["reason"]) == ("not comparable", "a reading of our own, not the paper's")


def test_sides_that_were_not_trained_alike_carry_a_note():
    claimed = plan(("a", "irmae", "vae"), ("b", "irmae", "ae"))
    for run in claimed["runs"]:
        if run["variant"] == "vae":
            run["training"] = run["training"] | {"epochs": 7}
    table = claims(claimed, measured(irmae=LOW, ae=HIGH, vae=HIGH), DATA)
    assert list(table["note"]) == ["but trained otherwise: epochs 100 against 7", ""]
