import numpy as np
import pandas as pd
import pytest
from synthetic_config import LATENT, SEEDS
from synthetic_results import write_results
from synthetic_values import DIVERGED, values

from bench.job.command import Stop
from bench.records.files import write_rows
from bench.records.gather import gather_alternatives, gather_history, gather_metrics, gather_runs
from bench.records.tables import natural, write_table
from workflow.jobs import every_run


@pytest.fixture
def plan(tmp_path):
    return write_results(tmp_path)


def test_every_promised_number_arrives_once_and_in_order(plan, tmp_path):
    metrics = gather_metrics(plan, tmp_path)
    assert list(metrics) == ["dataset", "variant", "seed", "step", "metric", "value"]
    for run in plan["runs"]:
        steps = [step for step in run["metrics"] if step != "reevaluate"]
        for seed in run["seeds"]:
            own = metrics.query("dataset == @run['dataset'] and variant == @run['variant'] and seed == @seed")
            expected = {(s, m): v for s in steps for m, v in values(run, seed)[s].items()}
            gathered = dict(zip(zip(own["step"], own["metric"], strict=True), own["value"], strict=True))
            assert gathered.keys() == expected.keys() and len(own) == len(expected)
            assert np.array_equal([gathered[k] for k in expected], list(expected.values()), equal_nan=True)
            assert list(dict.fromkeys(own["step"])) == steps
            assert list(own["metric"]) == [m for s in steps for m in sorted(values(run, seed)[s], key=natural)]


def test_rows_follow_the_plan_then_the_seed(plan, tmp_path):
    metrics = gather_metrics(plan, tmp_path)
    ordered = list(dict.fromkeys(zip(metrics["dataset"], metrics["variant"], metrics["seed"], strict=True)))
    planned = [(run["dataset"], run["variant"], seed) for run in plan["runs"] for seed in run["seeds"]]
    assert [row for row in ordered if row[1] != "reference"] == planned
    assert list(metrics["dataset"].unique()) == ["shapes", "mnist5k"]


def test_a_diverged_seed_stays_as_missing_values(plan, tmp_path):
    metrics = gather_metrics(plan, tmp_path)
    missing = metrics[metrics["value"].isna()]
    assert set(zip(missing["dataset"], missing["variant"], missing["seed"], strict=True)) == {DIVERGED}


def test_numbers_in_metric_names_sort_by_value():
    names = ["singular_value:10", "singular_value:2", "error:100:last", "error:10:best", "error:100:best"]
    expected = ["error:10:best", "error:100:best", "error:100:last", "singular_value:2", "singular_value:10"]
    assert sorted(names, key=natural) == expected


def test_alternatives_are_read_by_name_from_both_kinds(plan, tmp_path):
    table = gather_alternatives(plan, tmp_path)
    assert list(table) == ["dataset", "variant", "seed", "alternative", "metric", "value"]
    assert not table.duplicated(list(table)[:-1]).any()
    assert set(table["dataset"]) == {"shapes", "mnist5k"}
    again = table.query("alternative == 'first-labels' and variant == 'ae' and metric == 'error:10:best'")
    assert list(again["value"]) == [30.0, 31.0, 32.0] and list(again["seed"]) == SEEDS
    trained = table.query("alternative == 'unshuffled' and dataset == 'shapes' and metric == 'rank:0.01'")
    assert set(trained["variant"]) == {"ae", "irmae"} and list(trained["value"]) == [5.0, 6.0, 7.0] * 2


def test_controls_stand_as_the_variant_reference(plan, tmp_path):
    metrics = gather_metrics(plan, tmp_path)
    real = metrics.query("variant == 'reference' and metric == 'fid:real' and dataset == 'mnist5k'")
    assert list(real["step"].unique()) == ["reference"] and list(real["value"]) == [2.0, 4.0]


def test_only_files_of_the_plan_are_read(plan, tmp_path):
    stray = tmp_path / plan["runs"][0]["path"].replace("/ae/", "/stray/") / "metrics" / "encode.csv"
    write_rows(stray, [(0, "effective_rank", 1.0)], {})
    assert "stray" not in set(gather_metrics(plan, tmp_path)["variant"])


@pytest.mark.parametrize("name", ["metrics/generate.csv", "history.csv", "provenance.json"])
def test_a_missing_file_stops_with_its_name(plan, tmp_path, name):
    path = tmp_path / plan["runs"][0]["path"] / name
    path.unlink()
    with pytest.raises(Stop, match=str(path)):
        for gather in (gather_metrics, gather_history, gather_runs):
            gather(plan, tmp_path)


def test_a_table_with_other_columns_stops_with_its_name(plan, tmp_path):
    path = tmp_path / plan["runs"][1]["path"] / "history.csv"
    path.write_text("epoch,seed,loss\n1,0,0.5\n", encoding="utf-8")
    with pytest.raises(Stop, match=f"{path} has columns epoch,seed,loss, .* has seed,epoch,loss"):
        gather_history(plan, tmp_path)


def test_history_has_a_row_per_epoch_of_every_trained_seed(plan, tmp_path):
    history = gather_history(plan, tmp_path)
    trained = [run for run in every_run(plan) if run["model"] not in ("pca", "supervised")]
    assert len(history) == 2 * sum(len(run["seeds"]) for run in trained)
    ours = history.query("dataset == 'mnist5k' and variant == 'ae'")
    assert list(zip(ours["seed"], ours["epoch"], strict=True)) == [(s, e) for s in SEEDS for e in (1, 2)]


def test_runs_flatten_provenance_and_leave_the_supervised_row_empty(plan, tmp_path):
    runs = gather_runs(plan, tmp_path)
    assert len(runs) == len(every_run(plan))
    trained = runs.query("dataset == 'shapes' and variant == 'ae'")
    assert list(trained["seeds"]) == ["0-1", "2"] and list(trained["training.epochs"]) == [2, 2]
    assert runs.query("variant == 'supervised'").drop(columns=["dataset", "variant", "seeds"]).isna().all(axis=None)


def test_written_numbers_come_back_exactly_and_twice_the_same(plan, tmp_path):
    spread = np.random.default_rng(0).random(LATENT) * 10.0 ** np.arange(-LATENT, 0)
    rows = [(seed, f"singular_value:{i}", v) for seed in plan["runs"][0]["seeds"] for i, v in enumerate(spread)]
    write_rows(tmp_path / plan["runs"][0]["path"] / "metrics" / "encode.csv", rows, {})
    paths = [tmp_path / "a.csv", tmp_path / "b.csv"]
    for path in paths:
        write_table(path, gather_metrics(plan, tmp_path))
    assert paths[0].read_bytes() == paths[1].read_bytes()
    read = pd.read_csv(paths[0]).query("dataset == 'shapes' and variant == 'ae' and seed == 0 and step == 'encode'")
    assert list(read["value"]) == list(spread)
