"""Published numbers beside ours: same, consistent, better, worse, or not comparable."""

import copy

import pandas as pd
import pytest
from claimed import DATA, LOW, NAN, plan, series
from paper_config import PAPER

from bench.verdicts.cells import cells, margin
from bench.verdicts.measured import Measured

COLUMNS = ["table", "dataset", "variant", "metric", "value", "sd", "source"]


def cell(ours, published, sd=NAN, metric="fid:gmm", dataset="mnist"):
    values = Measured({(dataset, "ae", metric): series(*ours)} if ours else {})
    paper = pd.DataFrame([("table 1", dataset, "ae", metric, published, sd, "Table 1")], columns=COLUMNS)
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
    paper = pd.DataFrame([("table 1", "mnist", "ae", "fid:gmm", 38.0, NAN, "Table 1")], columns=COLUMNS)
    row = cells(plan(config=config), values, paper, DATA).iloc[0]
    assert (row["verdict"], row["reason"]) == ("not comparable", "another extractor (in_domain)")
