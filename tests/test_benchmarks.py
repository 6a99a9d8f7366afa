"""Benchmarks compare like with like: the same arithmetic both ways, and numbers that say what they mean."""

import importlib
import inspect
from dataclasses import asdict

import pytest
import torch
from small_run import CPU, make_spec, pictures

from bench.engine.build import initial_model
from bench.engine.training import Trainer
from bench.measures.base.classification import Codes
from bench.measures.base.classifiers import train_classifiers
from bench.measures.base.heads import Head, Heads
from benchmarks import aggregation, heads, plain, sizes, whole
from benchmarks.__main__ import MODULES, table
from benchmarks.plain import Digits, Faces
from benchmarks.scale import exponent
from benchmarks.side_by_side import Line, side_by_side, times_as_fast


def test_every_round_calls_every_way_in_turn_after_a_warm_up():
    calls = []
    taken = side_by_side({name: lambda name=name: calls.append(name) for name in "ab"}, CPU, rounds=2)
    assert calls == ["a", "b"] * 3
    assert [len(times) for times in taken.values()] == [2, 2]


def test_a_ratio_is_the_median_over_rounds_and_keeps_its_spread():
    ratio, detail = times_as_fast({"ours": [1.0, 2.0, 1.0], "plain": [3.0, 4.0, 5.0]}, "ours", "plain")
    assert ratio == 3
    assert detail == {"ours seconds": 1.0, "plain seconds": 4.0, "lowest": 2.0, "highest": 5.0}


def test_a_number_under_its_goal_says_why():
    lines = [asdict(Line("a", "b", 1, "x", 2, {}, "because")), asdict(Line("c", "d", 3, "x", 2, {}, "not said"))]
    text = table({"training": {"machine": {"device_name": "m", "cores": 2}, "lines": lines}})
    assert "- a, against b: because" in text and "not said" not in text


def test_a_whole_run_is_training_evaluation_and_starts(tmp_path):
    jobs = "rule,dataset,wall_seconds\ntrain,shapes,10\nencode,shapes,3\nsupervise,mnist5k,5\ntables,,\n"
    (tmp_path / "jobs.csv").write_text(jobs)
    trained, evaluated, started = whole.lines(tmp_path / "jobs.csv")
    assert (trained.value, evaluated.value) == (15, 3) and trained.what.startswith("whole quick run, 3 jobs")
    assert started.value == pytest.approx(3 * started.detail["seconds a start"], rel=0.01)


@pytest.mark.parametrize(
    ("value", "unit", "goal", "met"),
    [(2, "x", 1.5, True), (1, "x", 1.5, False), (9, "s", 10, True), (1, "x", None, None)],
)
def test_a_goal_is_a_least_ratio_or_a_longest_time(value, unit, goal, met):
    assert Line("a", "b", value, unit, goal).met is met


def test_the_table_says_what_is_not_met():
    lines = [vars(Line("training", "plain loop", 1.25, "x", 1.5)), vars(Line("planning", "", 8.0, "s", 60))]
    machine = {"device_name": "A processor", "cores": 2}
    text = table(
        {"planning": {"machine": machine, "lines": lines[1:]}, "training": {"machine": machine, "lines": lines[:1]}}
    )
    assert text.startswith("# Speed on A processor, 2 cores")
    assert (
        "| training | plain loop | 1.25 x | at least 1.5 | **not met** |\n| planning |  | 8.00 s | at most 60 | met |"
        in text
    )


def test_the_plain_loop_takes_the_steps_of_the_engine():
    spec, images = make_spec("irmae", seeds=(0,), depth=2), pictures(8)
    trainer = Trainer(spec, images)
    trainer.steps.run(trainer.step, torch.arange(8).expand(3, 1, 8))
    kept = []
    batches = iter(lambda: images / 255, None)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plain, "initial_model", lambda *of: kept.append(initial_model(*of)) or kept[0])
        plain.training(spec, batches, CPU)(3)
    for name, parameter in kept[0].named_parameters():
        assert torch.allclose(trainer.ensemble.state()[name][0], parameter, rtol=1e-3, atol=1e-4), name


def test_the_plain_head_sees_the_batches_of_ours():
    settings = {
        "subset": "stratified",
        "batch": 4,
        "epochs": 3,
        "least_steps": 1,
        "most_steps": None,
        "hidden": 8,
        "lr": 1e-3,
        "dropout": 0.0,
    }
    labels = torch.arange(20) % 2
    order = heads.order(1, labels, 10, settings, 3)
    assert order.shape == (6, 4)
    assert all(len(set(epoch.flatten().tolist())) == 8 for epoch in order.split(2))
    seen = []

    class Recorder(Codes):
        def train(self, index):
            seen.append(index[0])
            return super().train(index)

    codes = Recorder(torch.randn(1, 20, 3), torch.randn(1, 20, 3))
    network = Heads([Head(3, 8, 2)])
    (draw,) = heads.draws(labels.numpy(), 10, "stratified", [1])
    train_classifiers([network], codes, labels, labels, [draw], settings | {"evaluate_every": 3})
    assert torch.equal(torch.stack(seen[:6]), order)


@pytest.mark.parametrize(("dataset", "shape"), [(Digits(), (1, 32, 32)), (Faces(), (3, 64, 64))])
def test_loaders_give_what_the_networks_take(dataset, shape):
    assert next(plain.endless(dataset, 4, 0, CPU)).shape == (4, *shape)


@pytest.mark.parametrize("dataset", ["shapes", "mnist", "celeba"])
def test_sizes_are_those_of_the_paper_preset(dataset):
    spec = sizes.spec(dataset)
    latent = {"shapes": 32, "mnist": 128, "celeba": 512}[dataset]
    assert (spec.seeds, spec.training.batch, spec.latent) == ((0, 1, 2, 3, 4), 32, latent)


def test_an_exponent_is_that_of_the_power_law():
    assert exponent((0, 1, 2, 4), [9.0, 3.0, 12.0, 48.0]) == pytest.approx(2)


@pytest.mark.parametrize("name", MODULES)
def test_every_module_of_the_table_measures_a_device(name):
    assert [*inspect.signature(importlib.import_module(f"benchmarks.{name}").measure).parameters] == ["device"]


def test_made_up_numbers_become_a_report(monkeypatch):
    monkeypatch.setattr(aggregation, "VARIANTS", 8)  # the study of depths has a run of depth 8
    monkeypatch.setattr(aggregation, "SEEDS", 2)
    (line,) = aggregation.measure(CPU)
    assert line.what == "1,600 numbers to tables.md"
    assert line.value == pytest.approx(line.detail["aggregate seconds"] + line.detail["tables seconds"], abs=0.01)
