"""Expanding a config into runs: what each is of, where it lies, and what trains again."""

import subprocess
import sys

import pytest
from checkout import REPOSITORY

from workflow import plan
from workflow.studies import studied


@pytest.mark.parametrize(
    ("seeds", "size", "labels"),
    [
        ([0, 1, 2, 3, 4], 5, ["0-4"]),
        ([0, 1, 2, 3, 4], 2, ["0-1", "2-3", "4"]),
        ([3], 5, ["3"]),
        ([2, 0, 1], 1, ["0", "1", "2"]),
        ([0, 1, 5, 6], 4, ["0-1", "5-6"]),  # a label must not name seeds that are not in it
    ],
)
def test_seeds_are_cut_into_batches_named_by_first_and_last(seeds, size, labels):
    batches = plan.batches(seeds, size)
    assert [plan.label(batch) for batch in batches] == labels
    assert sorted(seed for batch in batches for seed in batch) == sorted(seeds)


def test_a_run_has_its_models_options_and_nothing_else_of_its_variant(config):
    config["datasets"] = ["mnist"]
    config["variants"] = {"x": {"model": "irmae", "depth": 3, "datasets": ["mnist"], "training": {"epochs": 2}}}
    run, supervised = plan.runs(config)
    assert run == {
        "dataset": "mnist",
        "variant": "x",
        "model": "irmae",
        "options": {"depth": 3},
        "seeds": [0, 1, 2, 3, 4],
        "path": "runs/mnist/x/0-4",
        "metrics": ["encode", "classify", "generate"],
        "measures": config["measures"],
        "latent": 128,
        "architecture": config["data"]["mnist"]["architecture"],
        "training": {**config["training"], "epochs": 2},
    }
    assert (supervised["variant"], supervised["metrics"]) == ("supervised", ["supervise"])
    assert run.keys() - plan.specification(run).keys() == {"path", "metrics", "measures"}


def test_an_added_measure_has_a_table_of_its_own_and_leaves_the_codes_alone(config):
    before = {run["path"]: run for run in plan.runs(config)}
    config["measures"]["mine"] = {"depth": 3}
    for run in plan.runs(config):
        assert run["measures"] == before[run["path"]]["measures"]
        more = [] if run["variant"] == "supervised" else ["measure/mine"]
        assert run["metrics"] == before[run["path"]]["metrics"] + more


def test_training_is_the_variants_then_the_data_sets_then_everyones(config):
    config |= {"datasets": ["linear"], "variants": {"x": {"model": "ae", "training": {"epochs": 2}}}}
    config["data"]["linear"]["training"] = {"epochs": 3, "lr": 0.5}
    (run,) = plan.runs(config)
    assert run["training"] == {**config["training"], "epochs": 2, "lr": 0.5}


def test_a_variant_runs_where_it_and_the_config_agree(config):
    config["datasets"] = ["shapes", "mnist"]
    config["variants"] = {
        "everywhere": {"model": "ae"},
        "digits": {"model": "ae", "datasets": ["mnist", "celeba"]},
        "nowhere": {"model": "ae", "datasets": []},
    }
    running = [(run["dataset"], run["variant"]) for run in plan.runs(config)]
    assert running == [
        ("shapes", "everywhere"),
        ("mnist", "everywhere"),
        ("mnist", "digits"),
        ("mnist", "supervised"),
    ]


def test_another_model_for_a_variant_is_trained_as_the_variant_is(config):
    config["sensitivity"]["retrain"] = ["package-chains"]
    config["variants"]["lorae"]["for"] = {"mnist": {"weight": 1.0, "training": {"epochs": 3}}}
    runs = {(run["dataset"], run["variant"]): run for run in plan.retrained(config)}
    assert {dataset for dataset, _ in runs} == {"shapes@package-chains", "mnist@package-chains"}
    lorae = runs["mnist@package-chains", "lorae"]
    assert (lorae["model"], lorae["options"], lorae["training"]["epochs"]) == ("ae", {}, 3)
    assert runs["mnist@package-chains", "irmae"]["options"] == {"depth": 7}
    assert ("mnist@package-chains", "ae") not in runs


def test_a_point_of_a_study_that_trains_as_a_row_is_that_rows_run(config):
    rows = list(plan.runs(config))
    points = {(p["dataset"], p["study"], p["of"], p["setting"]): p["path"] for p in studied(config, rows)}
    assert points["mnist", "depth", "irmae", 8] == "runs/mnist/irmae/0-4"
    assert points["mnist", "depth", "irmae", 16] == "runs/mnist/irmae@depth-16/0-4"
    assert points["mnist", "depth", "greedy-chain", 8] == "runs/mnist/greedy/0-4"


def test_typed_reads_what_the_command_line_and_yaml_leave_as_text():
    given = {"seeds": ["0", "1"], 2: {"lr": "1e-3", "shuffle": "true"}, "device": "cpu", "text": '"1"', "most": "null"}
    assert plan.typed(given) == {
        "seeds": [0, 1],
        "2": {"lr": 0.001, "shuffle": True},
        "device": "cpu",
        "text": '"1"',
        "most": None,
    }


def test_equal_contents_give_equal_texts():
    given = {"b": 1, "a": [1.0, "x"]}, {"a": [1.0, "x"], "b": 1}
    assert {plan.as_json(content) for content in given} == {'{"a": [1.0, "x"], "b": 1}'}


@pytest.mark.parametrize("module", ["plan", "sources"])
def test_the_plan_needs_the_standard_library_only(module):
    command = [sys.executable, "-S", "-c", f"import workflow.{module}"]  # -S: nothing that was installed
    subprocess.run(command, cwd=REPOSITORY, check=True)
