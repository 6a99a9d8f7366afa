"""What a plan will cost, from the rates of finished jobs."""

import shutil
import sys

import pytest
from small_plan import TRAIN, finish, write_plan

from bench.engine.operations import training_operations
from bench.job.command import Stop
from bench.records.plan import every_job
from bench.records.spec import Spec, Training
from bench.watch import plan_cost
from bench.watch.plan_cost import Tally, tallies, total
from bench.watch.rates import image_sizes, predicted, read_rates, run_operations, seeds_in


@pytest.fixture
def folder(tmp_path):
    """A results folder with every job done but those of the report."""
    folder = tmp_path / "results"
    for job in every_job(write_plan(folder)):
        if job.rule not in ("aggregate", "tables"):
            finish(folder, job)
    return folder


@pytest.fixture
def plan(tmp_path):
    """The plan of a folder `new`, in which nothing was done."""
    plan = write_plan(tmp_path / "new")
    shutil.rmtree(tmp_path / "new/data")
    return plan


@pytest.fixture
def printed(monkeypatch, capsys):
    """Return a function that returns the lines the command prints."""

    def call(*words):
        monkeypatch.setattr(sys, "argv", ["plan_cost", *map(str, words)])
        plan_cost.main()
        return capsys.readouterr().out.splitlines()

    return call


def row(lines, rule, dataset=""):
    """Return the cells of a row of the printed table."""
    line = next(line for line in lines if line.startswith(f"{rule:<16} {dataset:<20} "))
    planned, done, *rest = line[38:].split(maxsplit=2)
    return int(planned), int(done), *rest


def test_the_operations_of_a_run_are_those_of_its_images_epochs_and_seeds(folder, plan):
    run = plan["runs"][0]
    fields = {key: run[key] for key in ("dataset", "variant", "model", "options", "latent", "architecture", "seeds")}
    one = training_operations(Spec(**fields, shape=(1, 32, 32), training=Training(**run["training"])))
    assert len(run["seeds"]) == 2 and one > 0
    assert run_operations(run, image_sizes(plan, folder)) == one * (TRAIN // 32 * 32) * 2 * 2


def test_the_number_of_images_is_the_plans_and_their_shape_that_of_the_folder_that_has_them(folder, plan, tmp_path):
    assert image_sizes(plan, tmp_path / "new") == {}
    plan["config"]["data"]["digits"]["train"] = 640
    assert image_sizes(plan, tmp_path / "new", folder) == {"digits": ((1, 32, 32), 640)}
    del plan["config"]["data"]["digits"]["train"]  # a downloaded data set has as many as it has
    assert image_sizes(plan, tmp_path / "new", folder) == {"digits": ((1, 32, 32), TRAIN)}


def test_rates_are_seconds_per_operation_of_training_and_per_seed_of_others(folder, plan):
    operations = sum(run_operations(run, image_sizes(plan, folder)) for run in plan["runs"])
    assert read_rates(plan, folder) == {
        ("train", "dense"): pytest.approx(6 * 10.0 / operations),  # three seeds of two models, 10 s each
        ("classify", "digits"): pytest.approx(6 * 25.0 / 9),  # batches of two seeds and of one, 25 s each
        ("classify", ""): pytest.approx(6 * 25.0 / 9),
        ("fetch", "digits"): 25.0,
        ("fetch", ""): 25.0,
        ("linear_rank", ""): 25.0,
    }


def test_what_is_left_is_predicted_and_what_is_unknown_is_not(folder, plan, tmp_path):
    rates = {("train", "dense"): 1e-6, ("classify", "digits"): 2.0, ("classify", ""): 5.0, ("fetch", ""): 3.0}
    left = tallies(predicted(plan, rates, tmp_path / "new", folder), tmp_path / "new")
    seconds = sum(run_operations(run, image_sizes(plan, folder)) for run in plan["runs"]) / 1e6
    assert left["train", "digits"] == Tally(6, 0, 0, pytest.approx(seconds))
    assert left["classify", "digits"] == Tally(6, 0, 0, 2.0 * 9)  # three seeds of three variants
    assert left["fetch", "digits"] == Tally(1, 0, 0, 3.0)
    assert left["linear_rank", ""] == Tally(1, 0, 1, 0.0)
    assert total(left.values()).planned == len(plan["jobs"])
    other = tallies(predicted(plan, {("train", "linear"): 1e-6}, folder), tmp_path / "new")
    assert other["train", "digits"].unknown == 4  # PCA's two jobs take no steps


def test_what_is_done_costs_nothing_more(folder, printed):
    (folder / "runs/digits/ae/0-1/metrics/classify.csv").unlink()
    lines = printed(folder)
    assert row(lines, "train", "digits") == (6, 6, "0")
    assert row(lines, "classify", "digits") == (6, 5, "34")  # two seeds of nine that took 150 s
    assert row(lines, "tables") == (1, 0, "unknown")
    assert row(lines, "total") == (16, 13, "34 and 2 jobs unknown = 0.0 hours")
    assert lines[0] == f"Preset quick on cpu, at the rates of {folder}: A processor (cpu)"


def test_a_plan_is_predicted_by_the_rates_of_another_folder_before_anything_ran(folder, plan, tmp_path, printed):
    lines = printed(tmp_path / "new", "--rates", folder)
    assert row(lines, "train", "digits") == (6, 0, "60")
    assert row(lines, "fetch", "digits") == (1, 0, "25")
    alone = printed(tmp_path / "new")
    assert row(alone, "train", "digits") == row(alone, "classify", "digits") == (6, 0, "unknown")
    with pytest.raises(Stop, match="nowhere/plan.json is missing"):
        printed(folder, "--rates", tmp_path / "nowhere")


def test_of_a_suite_that_has_run_nothing_is_left(smoke, printed):
    planned, done, left = row(printed(smoke.folder / "results/smoke"), "total")
    assert planned == done > 50 and left == "0"


def test_seeds_are_counted_by_their_label():
    assert [seeds_in(label) for label in ("0-4", "3", "")] == [5, 1, 1]
