"""Rule `classify`: errors of classifiers on codes."""

import numpy as np
import pytest
import torch
from small_run import CPU, read_rows, specification, write_small_run

from bench.classify import main
from bench.measures.base.classification import Codes, classify

SETTINGS = {
    "budgets": [10, 100, 1000],
    "subset": "stratified",
    "hidden": 32,
    "dropout": 0.0,
    "batch": 100,
    "epochs": 60,
    "least_steps": 1,
    "most_steps": None,
    "evaluate_every": 20,
    "lr": 1e-2,
}
LABELS = torch.arange(200) % 10
TEST_LABELS = torch.arange(100) % 10


def errors(codes, test_codes, **changes) -> dict[tuple[int, str], float]:
    inputs = Codes(codes, test_codes)
    seeds = tuple(range(len(codes)))
    rows = classify(seeds, inputs, LABELS, TEST_LABELS, SETTINGS | changes)
    return {(seed, metric): value for seed, metric, value in rows}


def one_hot(labels, seeds=2):
    return torch.nn.functional.one_hot(labels, 10).float().expand(seeds, -1, -1) * 3


def test_codes_that_are_the_class_are_classified_without_error():
    percent = errors(one_hot(LABELS), one_hot(TEST_LABELS))
    assert {metric for _, metric in percent} == {
        f"error:{b}:{k}" for b in (10, 100, 200) for k in ("best", "last", "held_out")
    }
    assert set(percent.values()) == {0.0}


def test_codes_that_are_constant_leave_nine_classes_of_ten_wrong():
    percent = errors(torch.ones(2, 200, 4), torch.ones(2, 100, 4))
    assert set(percent.values()) == {90.0}


def test_redundant_codes_are_classified_like_the_codes_themselves():
    percent = errors(one_hot(LABELS).repeat(1, 1, 2), one_hot(TEST_LABELS).repeat(1, 1, 2))
    assert set(percent.values()) == {0.0}


def test_the_best_evaluation_is_never_worse_than_the_last():
    noise = torch.randn(2, 200, 10, generator=torch.Generator().manual_seed(0))
    percent = errors(one_hot(LABELS) / 3 + noise, one_hot(TEST_LABELS) / 3)
    for (seed, metric), value in percent.items():
        if metric.endswith("last"):
            assert percent[seed, metric.replace("last", "best")] <= value


@pytest.mark.parametrize("split", [0, 1])
def test_a_diverged_seed_has_no_errors_and_leaves_the_others_theirs(split):
    codes = [one_hot(LABELS).clone(), one_hot(TEST_LABELS).clone()]
    codes[split][1, 3] = torch.nan
    percent = errors(*codes)
    assert np.isnan([value for (seed, _), value in percent.items() if seed == 1]).all()
    assert {value for (seed, _), value in percent.items() if seed == 0} == {0.0}


def test_the_rule_writes_every_budget_of_every_seed(tmp_path):
    write_small_run(tmp_path)
    main(
        spec=specification(),
        settings=SETTINGS | {"epochs": 2},
        codes=tmp_path / "codes",
        data=tmp_path / "data",
        metrics=tmp_path / "classify.csv",
        device=CPU,
    )
    values = read_rows(tmp_path / "classify.csv")
    names = {f"error:{budget}:{kind}" for budget in (10, 60) for kind in ("best", "last", "held_out")}
    assert values.keys() == {(seed, name) for seed in (0, 1) for name in names}
    assert all(0 <= float(value) <= 100 for value in values.values())
