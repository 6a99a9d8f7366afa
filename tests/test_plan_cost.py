import shutil
import statistics
import sys

import pytest
from synthetic import TRAIN, write_results

from bench.engine.operations import training_operations
from bench.job.command import Stop
from bench.records.files import read_json, write_json
from bench.records.jobs import every_run, jobs
from bench.records.spec import Spec, Training
from bench.watch import plan_cost
from bench.watch.plan_cost import Left, added, left
from bench.watch.rates import Rates, read_rates, run_operations, seeds_in

BATCH, EPOCHS = 32, 2


@pytest.fixture
def plan(tmp_path):
    """The plan of a finished results folder whose images are large enough for its networks."""
    plan = write_results(tmp_path / "results")
    for path in (tmp_path / "results" / "data").glob("*/data.json"):
        write_json(path, read_json(path) | {"shape": [1, 32, 32]})
    return plan


@pytest.fixture
def printed(monkeypatch, capsys):
    """Return a function that returns the lines the command prints."""

    def call(*words):
        monkeypatch.setattr(sys, "argv", ["plan_cost", *map(str, words)])
        plan_cost.main()
        return capsys.readouterr().out.splitlines()

    return call


def one_image(run, shape):
    keys = ("dataset", "variant", "model", "options", "latent", "architecture")
    fields = {key: run[key] for key in keys}
    return training_operations(Spec(**fields, seeds=(0,), shape=shape, training=Training(**run["training"])))


def row(lines, rule, dataset=""):
    """Return the cells of a row of the printed table."""
    line = next(line for line in lines if line.startswith(f"{rule:<16} {dataset:<20} "))
    planned, done, *rest = line[38:].split(maxsplit=2)
    return int(planned), int(done), *rest


def test_the_operations_of_a_run_are_those_of_its_images_epochs_and_seeds(plan, tmp_path):
    run = next(run for run in plan["runs"] if (run["dataset"], run["variant"]) == ("mnist5k", "irmae-l8"))
    images = TRAIN // BATCH * BATCH
    wanted = one_image(run, (1, 32, 32)) * images * EPOCHS * 2
    assert len(run["seeds"]) == 2 and run_operations(run, plan, tmp_path / "results") == wanted


def test_before_the_data_are_fetched_their_official_sizes_count(plan, tmp_path):
    run = plan["runs"][0] | {"dataset": "celeba"}
    training = {**run["training"], "batch": 100}
    assert run_operations(run | {"training": training}, plan, tmp_path) == (
        one_image(run, (3, 64, 64)) * 162_700 * EPOCHS * len(run["seeds"])
    )
    plan["config"]["data"]["mine"] = {}
    assert run_operations(run | {"dataset": "mine"}, plan, tmp_path) is None


def test_rates_are_the_median_speed_and_the_mean_time_per_seed(plan, tmp_path):
    folder = tmp_path / "results"
    rates = read_rates(plan, folder)
    trained = [run for run in every_run(plan) if run["model"] not in ("pca", "supervised")]
    speed = statistics.median(run_operations(run, plan, folder) / 10.0 for run in trained)
    assert rates.operations == {"dense": pytest.approx(speed)}
    # Batches of two seeds and of one take 12.5 s each.
    assert rates.seconds["spectrum", "shapes"] == rates.seconds["spectrum", ""] == pytest.approx((6.25 + 12.5) / 2)
    assert rates.seconds["fetch", ""] == 12.5
    assert rates.devices == ["A processor (cpu)"]
    assert not any(rule in ("train", "check") for rule, _ in rates.seconds)


def test_what_is_left_is_predicted_and_what_was_not_measured_is_not(plan, tmp_path):
    shutil.copytree(tmp_path / "results" / "data", tmp_path / "new" / "data")
    rates = Rates({"dense": 1e6}, {("spectrum", "mnist5k"): 2.0, ("spectrum", ""): 3.0}, [])
    found = left(plan, tmp_path / "new", rates)
    trained = [run for run in plan["runs"] if run["dataset"] == "shapes"]
    seconds = sum(run_operations(run, plan, tmp_path / "new") for run in trained) / 1e6
    assert found["train", "shapes"] == Left(len(trained), 0, 0, pytest.approx(seconds))
    assert found["spectrum", "mnist5k"].seconds == 2.0 * 3 * 5  # seeds, variants and a study's point
    assert found["spectrum", "shapes"].seconds == 3.0 * 3 * 3
    assert found["fid", "shapes"] == Left(6, 0, 6, 0.0)
    assert added(found.values()).planned == len([*jobs(plan)])
    other = left(plan, tmp_path / "new", Rates({"convolutional": 1e6}, {}, []))
    assert other["train", "shapes"].unknown == 4  # PCA's two jobs take no steps


def test_what_is_done_costs_nothing_more(plan, tmp_path, printed):
    folder = tmp_path / "results"
    shutil.rmtree(folder / plan["runs"][0]["path"] / "metrics")
    lines = printed(folder)
    assert row(lines, "train", "shapes") == (6, 6, "0")
    assert row(lines, "spectrum", "shapes") == (6, 5, "19")  # two seeds at 9.375 s
    assert row(lines, "tables") == (1, 0, "not measured")
    assert lines[0] == f"Preset quick on cpu, at the rates of {folder}: A processor (cpu)"


def test_seeds_are_counted_by_their_label():
    assert [seeds_in(label) for label in ("0-4", "3", "")] == [5, 1, 1]


def test_the_papers_plan_is_predicted_before_anything_ran(checkout, plan, tmp_path, printed):
    made = checkout.snakemake("--cores", "1", "plan")
    assert made.returncode == 0, made.stdout
    lines = printed(checkout.folder / "results", "--rates", tmp_path / "results")
    assert "The plan runs on cuda, and these rates do not: A processor (cpu)" in lines
    # The rates are of dense networks only; PCA and the untrained network take no steps.
    runs = every_run(read_json(checkout.folder / "results" / "plan.json"))
    there = len([run for run in runs if run["dataset"] == "shapes"])
    assert row(lines, "train", "shapes") == (there, 0, f"0 and {there - 2} jobs not measured")
    assert int(row(lines, "train", "celeba")[2].replace(",", "")) > 0
    assert row(lines, "fetch_inception") == (1, 0, "not measured")
    alone = printed(checkout.folder / "results")
    assert row(alone, "total")[2].endswith("not measured")


def test_a_folder_without_a_plan_and_an_old_plan_stop_with_one_line(plan, tmp_path, printed):
    with pytest.raises(Stop, match="plan.json is missing: `snakemake --cores 1 plan` writes it"):
        printed(tmp_path / "nowhere")
    with pytest.raises(Stop, match="nowhere"):
        printed(tmp_path / "results", "--rates", tmp_path / "nowhere")
    path = tmp_path / "results" / "plan.json"
    old = read_json(path)
    for run in old["runs"]:
        del run["training"]
    write_json(path, old)
    with pytest.raises(Stop, match="another version"):
        printed(tmp_path / "results")
