"""Planted plans and files that disagree on how many samples, labels, singular values and epochs there are."""

import pytest
from planted import RUN, findings, follow

from bench.records.files import read_json, write_json


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("sample.count", 2000, "generate.csv: count:samples: [1000.0], the config asks for [2000.0]"),
        ("fid.pairs", 50, "generate.csv: count:pairs: [500.0], the config asks for [50.0]"),
        (
            "classify.budgets",
            [10, 1000],
            "classify.csv: numbers of labels: [10, 100, 4000], the config asks for [10, 1000]",
        ),
    ],
)
def test_counts_that_are_not_the_configs(results, key, value, message):
    plan = read_json(results / "plan.json")
    *sections, last = key.split(".")
    place = plan["config"]
    for name in sections:
        place = place[name]
    place[last] = value
    write_json(results / "plan.json", plan)
    assert any(line.startswith(f"counts {RUN}/metrics/{message}") for line in findings(results))


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (
            {"measures": {"spectrum": {"thresholds": [0.02]}}},
            "ranks: ['rank:0.001', 'rank:0.01'], the config asks for ['rank:0.02']",
        ),
        ({"latent": 16}, "singular values: [12], the config asks for [16]"),
    ],
)
def test_codes_that_are_not_what_the_run_asks_for(results, asked, message):
    plan = read_json(results / "plan.json")
    for run in plan["runs"] + plan["studied"]:
        if run["path"] == RUN:
            run |= asked
    write_json(results / "plan.json", plan)
    assert any(line.startswith(f"counts {RUN}/metrics/encode.csv: {message}") for line in findings(results))


def test_a_history_that_is_empty_although_the_run_took_time(results):
    (results / RUN / "history.csv").write_text("seed,epoch,loss\n")
    follow(results)
    assert [line.split(";")[0] for line in findings(results)] == [
        f"counts {RUN}/history.csv: seed {seed} has 0 epochs of 2" for seed in (0, 1)
    ]


def test_epochs_that_are_missing(results):
    path = results / RUN / "history.csv"
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:-1]))
    follow(results)
    (finding,) = findings(results)
    assert finding.startswith(f"counts {RUN}/history.csv: seed 1 has 1 epochs of 2")
