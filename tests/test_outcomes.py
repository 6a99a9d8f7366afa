"""Verdicts on small plans whose answers are known."""

import copy
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from bench.records.names import SUPERVISED
from bench.verdicts.cells import cells, margin
from bench.verdicts.claims import claims
from bench.verdicts.comparable import differences
from bench.verdicts.measured import Measured, by_seed
from bench.verdicts.outcomes import outcomes
from bench.verdicts.sensitivity import sensitivity
from workflow import alternatives as protocols
from workflow import plan as planning
from workflow.check_claims import check_claims

ROOT = Path(__file__).resolve().parent.parent
NAN = float("nan")


def load(name):
    return planning.typed(yaml.safe_load((ROOT / "config" / name).read_text(encoding="utf-8")))


PAPER = {**load("config.yaml"), **load("claims.yaml")}
DATA = {
    "shapes": {"title": "shapes", "counts": {"train": 50_000, "test": 10_000}},
    "mnist": {"title": "MNIST", "counts": {"train": 60_000, "test": 10_000}},
    "celeba": {"title": "CelebA", "counts": {"train": 162_770, "test": 19_962}},
}


def plan(*claimed, config=PAPER):
    """The paper's plan with these claims only: (id, lower, than) on MNIST's FID, or a dictionary."""
    made = planning.make_plan(copy.deepcopy(config))
    shared = {"topic": "digits-fid", "paper": "IRMAE", "role": "digits", "metric": "fid:gmm"}
    made["claims"] = [
        {**shared, **(c if isinstance(c, dict) else dict(zip(("id", "lower", "than"), c, strict=True)))}
        for c in claimed
    ]
    return made


def measured(**variants):
    """Values of MNIST's FID by seed for variants, with _ for - in their names."""
    return Measured({("mnist", name.replace("_", "-"), "fid:gmm"): series(*v) for name, v in variants.items()})


def series(*values):
    return pd.Series(values, index=pd.RangeIndex(len(values), name="seed"), dtype=float)


def frame(rows, columns):
    return pd.DataFrame(rows, columns=columns)


LOW, HIGH = (10.0, 10.2, 9.9, 10.1, 9.8), (12.0, 12.1, 11.8, 12.3, 11.9)


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


@pytest.mark.parametrize("says", [{}, {"near": 7, "equals": "ae"}])
def test_a_claim_on_a_variant_says_one_thing(says):
    config = copy.deepcopy(PAPER)
    config["claims"]["topics"]["digits-fid"]["claims"]["two"] = {"variant": "vae"} | says
    line = "claims.topics.digits-fid.claims.two: say one of near, equals, at_least of vae"
    assert list(check_claims(config)) == [line]


def test_a_question_that_no_claim_answers_is_a_mistake():
    config = copy.deepcopy(PAPER)
    config["claims"]["questions"][0]["claims"] = ["shapes-rank-a"]
    (line,) = check_claims(config)
    assert line.startswith("claims.questions: there is no claim 'shapes-rank-a'. Did you mean shapes-rank-ae?")


def test_both_readings_of_what_a_vaes_code_is_are_judged():
    """Means that use 12 of 128 dimensions, drawn codes that use all of them."""
    made, values = planning.make_plan(copy.deepcopy(PAPER)), {"rank:0.01": 12.0, "sampled:rank:0.01": 128.0}
    jitter = np.linspace(-0.5, 0.5, 5)
    numbers = {("mnist", "vae", metric): pd.Series(value + jitter) for metric, value in values.items()}
    table = outcomes(made, Measured(numbers)).set_index("claim")["outcome"]
    assert table["digits-rank-vae-means"] == "contradicted"
    assert table["digits-rank-vae-sampled"] == "as claimed"


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


# Published numbers

COLUMNS = ["table", "dataset", "variant", "metric", "value", "sd", "source"]


def cell(ours, published, sd=NAN, metric="fid:gmm", dataset="mnist"):
    values = Measured({(dataset, "ae", metric): series(*ours)} if ours else {})
    paper = frame([("table 1", dataset, "ae", metric, published, sd, "Table 1")], COLUMNS)
    return cells(plan(), values, paper, DATA).iloc[0]


@pytest.mark.parametrize(
    ("ours", "published", "sd", "verdict"),
    [
        ((38.0, 38.2, 37.9, 38.1, 37.8), 38.0, NAN, "same"),
        ((38.0, 38.2, 37.9, 38.1, 37.8), 38.0, 0.5, "same"),
        ((30.0, 30.2, 29.9, 30.1, 29.8), 38.0, NAN, "better"),
        ((45.0, 45.2, 44.9, 45.1, 44.8), 38.0, 0.5, "worse"),
        ((30.0, 45.0, 33.0, 44.0, 38.0), 38.0, NAN, "consistent"),
        ((38.0, 40.0), 45.0, NAN, "consistent"),  # two seeds want much
        ((38.0,), 45.0, NAN, "unclear"),
        ((), 45.0, NAN, "not run"),
        ((NAN, NAN), 45.0, NAN, "unclear"),
        ([38.0] * 5, 38.0, NAN, "same"),  # no spread: a sign test
        ([38.0] * 4, 38.0, NAN, "consistent"),
        ([30.0] * 6, 38.0, NAN, "better"),
    ],
)
def test_a_published_number_is_same_consistent_better_or_worse(ours, published, sd, verdict):
    assert cell(ours, published, sd)["verdict"] == verdict


def test_singular_values_are_neither_better_nor_worse():
    for ours, word in (((0.1, 0.11, 0.09), "lower"), ((0.5, 0.51, 0.49), "higher")):
        assert cell(ours, 0.271, metric="singular_value:6", dataset="shapes")["verdict"] == word


def test_the_supposed_number_of_runs_shows_its_effect():
    row = cell((31.0, 31.1, 30.9, 31.2, 30.8), 36.0, sd=2.5)
    assert (row["verdict"], row["verdict:2"], row["verdict:10"]) == ("better", "consistent", "better")
    assert row["paper_runs"] == 5


def test_the_margin_is_a_share_but_at_least_an_absolute_number():
    margins = PAPER["verdicts"]["margin"]
    assert margin("error:10:best", 31.4, margins) == pytest.approx(3.14)
    assert margin("error:60000:best", 0.8, margins) == 0.1
    assert margin("singular_value:9", 0.0, margins) == 0.01


def test_a_number_of_another_extractor_is_not_comparable():
    config = copy.deepcopy(PAPER) | {"fid": PAPER["fid"] | {"extractor": "in_domain"}}
    values = Measured({("mnist", "ae", "fid:gmm"): series(*LOW)})
    paper = frame([("table 1", "mnist", "ae", "fid:gmm", 38.0, NAN, "Table 1")], COLUMNS)
    row = cells(plan(config=config), values, paper, DATA).iloc[0]
    assert (row["verdict"], row["reason"]) == ("not comparable", "another extractor (in_domain)")


# Other protocols

ALTERNATIVE = ["dataset", "variant", "seed", "alternative", "metric", "value"]


def alternatives(name, metric, **variants):
    rows = [
        ("mnist", variant.replace("_", "-"), seed, name, metric, value)
        for variant, values in variants.items()
        for seed, value in enumerate(values)
    ]
    return frame(rows, ALTERNATIVE)


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
    judged = sensitivity(plan(("c", "irmae", "ae")), Measured(values), frame([], ALTERNATIVE))
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


def test_a_table_of_numbers_is_read_by_seed():
    columns = ["dataset", "variant", "metric", "seed", "value"]
    values = by_seed(frame([("mnist", "ae", "mse", 1, 2.0), ("mnist", "ae", "mse", 0, 1.0)], columns))
    assert values["mnist", "ae", "mse"].to_dict() == {0: 1.0, 1: 2.0}
