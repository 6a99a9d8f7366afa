"""`make gpu-check`: faults of a device are found, a failed check stops no other, and the last line is the verdict."""

import json
import math
import os
import sys
import time
from functools import partial

import pytest
import torch
from small_run import CPU

from bench.engine.build import initial_model
from bench.engine.training import Trainer
from bench.job.command import Stop
from benchmarks.gpu_check import __main__ as command
from benchmarks.gpu_check import evaluation, training
from benchmarks.gpu_check.cases import PAPER, case
from benchmarks.gpu_check.numbers import Number, Outcome
from benchmarks.gpu_check.worker import Worker

GPU = {"device": "cuda", "device_name": "A card"}


def test_without_a_gpu_it_ends_in_one_line(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["gpu_check"])
    monkeypatch.setattr(command, "lease", lambda: None)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(Stop, match="^torch finds no GPU here: `make doctor`.*$"):
        command.main()
    assert capsys.readouterr().out == ""


@pytest.mark.timeout(600)
def test_tiny_on_a_cpu_all_checks_pass_and_the_file_has_every_one(tmp_path, capsys):
    said = command.report(CPU, tmp_path)
    kept = json.loads((tmp_path / "gpu_check_cpu.json").read_text())
    assert list(kept["checks"]) == sorted(command.checks(CPU)) and {"gradients, vae", "resume"} < set(kept["checks"])
    assert list(kept["timings"]) == sorted(command.timings(CPU))
    for outcome in [*kept["checks"].values(), *kept["timings"].values()]:
        assert outcome["passed"] and all(number["value"] >= 0 for number in outcome["numbers"])
    assert all(number["limit"] is not None for each in kept["checks"].values() for number in each["numbers"])
    count = len(kept["checks"])
    assert kept["verdict"] == said and f"{count} of {count} checks" in said
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == count + len(kept["timings"]) + 1 and all(line.startswith("ok ") for line in lines[:-1])


def test_a_check_that_fails_ends_or_raises_does_not_stop_the_next(capsys):
    every = {"ends": partial(os._exit, 7), "raises": partial(int, "x"), "passes": partial(list)}
    outcomes = command.run(every, math.inf)
    assert [outcome.passed for outcome in outcomes.values()] == [False, False, True]
    assert outcomes["ends"].problem == "its process ended with 7"
    assert outcomes["raises"].problem.startswith("ValueError: invalid literal")
    assert "Traceback" in outcomes["raises"].trace
    shown = [tuple(line.split()[:2]) for line in capsys.readouterr().out.splitlines()]
    assert shown == [("FAIL", "ends"), ("FAIL", "raises"), ("ok", "passes")]


def test_a_check_that_hangs_is_given_up_and_without_time_none_begins():
    worker = Worker()
    assert worker.outcome(partial(time.sleep, 600), 0.1).problem == "not done in 0 s"
    worker.end()
    assert worker.process.exitcode is not None
    assert command.run({"late": partial(list)}, -math.inf)["late"].problem == "no time was left"


def test_a_failed_check_closes_the_verdict_and_the_file_says_which(tmp_path, monkeypatch):
    monkeypatch.setattr(command, "checks", lambda device: {"raises": partial(int, "x"), "passes": partial(list)})
    monkeypatch.setattr(command, "timings", lambda device: {})
    with pytest.raises(Stop, match=r"^do not trust what .*: 1 of 2 checks failed \(raises\); .*$") as stop:
        command.report(CPU, tmp_path)
    kept = json.loads((tmp_path / "gpu_check_cpu.json").read_text())
    assert kept["verdict"] == str(stop.value)
    assert [kept["checks"][name]["passed"] for name in ("raises", "passes")] == [False, True]


def test_the_verdict_on_a_gpu_has_its_checks_and_its_speed():
    checked, wrong = {"a": Outcome([Number("x", 1.0, limit=2)])}, {"b": Outcome([Number("x", math.nan, limit=2)])}
    timed = {"the engine": Outcome([Number("a step", 0.8123, "ms")])}
    words = "A card computes as a CPU does: 1 of 1 checks; training MNIST's networks takes 0.81 ms a step"
    assert command.verdict(GPU, checked, timed) == words
    not_timed = {"the engine": Outcome(problem="out of memory")}
    assert command.verdict(GPU, checked, not_timed).endswith("1 of 1 checks; not timed: the engine")
    assert command.verdict(GPU, checked | wrong, timed).startswith("do not trust what A card computes: 1 of 2 checks")
    assert wrong["b"].record()["numbers"][0]["value"] == "nan"


def test_the_networks_are_those_of_the_paper():
    specs = {name: case(name, tiny=False) for name in PAPER}
    assert {spec.options.get("chain") for spec in specs.values()} == {None, "fixed", "nonlinear", "shared"}
    assert all(spec.latent == 128 and spec.training.batch == 32 for spec in specs.values())
    assert specs["irmae"].options == {"depth": 8} and specs["vae"].model == "vae"


def passed(numbers):
    return Outcome(numbers).passed


def test_a_gradient_that_is_one_percent_too_large_is_found(monkeypatch):
    def faulty(*of):
        model = initial_model(*of)
        model.decoder[0].weight.register_hook(lambda g: g * (1.01 if g.dtype == torch.float32 else 1))
        return model

    monkeypatch.setattr(training, "initial_model", faulty)
    full, tf32 = training.gradients(case("ae", tiny=True), CPU)
    assert not full.right and str(full) == "float32 apart 0.01, over 0.001"
    assert tf32.right


class Forgetful(Trainer):
    """Forgets the 15th of every twenty steps."""

    taken = 0

    def step(self, *batch):
        before = self.ensemble.state()
        super().step(*batch)
        Forgetful.taken += 1
        if Forgetful.taken % 20 == 15:
            self.ensemble.restore(before)


@pytest.mark.parametrize("variant", ["irmae", "vae"])
def test_a_step_that_is_left_out_is_found(monkeypatch, variant):
    monkeypatch.setattr(training, "Trainer", Forgetful)
    monkeypatch.setattr(Forgetful, "taken", 0)
    assert not passed(training.twenty_steps(case(variant, tiny=True), CPU))


def test_a_replay_that_goes_another_way_is_found(monkeypatch):
    losses = training.engine_losses
    monkeypatch.setattr(training, "engine_losses", lambda *of, replayed: losses(*of) * (1 if replayed else 1.01))
    assert not passed(training.replay(case("vae", tiny=True), CPU))


def test_a_seed_that_sees_another_ones_weights_is_found(monkeypatch):
    losses = training.engine_losses
    monkeypatch.setattr(training, "engine_losses", lambda *of: losses(*of).roll(1, dims=1))
    assert not passed(training.seed_alone(case("irmae", tiny=True), CPU))


def test_a_checkpoint_that_loses_the_weights_is_found(monkeypatch):
    monkeypatch.setattr("bench.engine.ensemble.Ensemble.restore", lambda self, tensors: None)
    assert not passed(training.resume(case("vae", tiny=True), CPU))


def test_the_evaluation_that_a_few_held_out_images_choose_is_not_compared(monkeypatch):
    rows = [(0, f"error:10:{reading}", error) for reading, error in (("best", 1.0), ("last", 2.0), ("held_out", 9.0))]
    monkeypatch.setattr(evaluation, "classify", lambda *of: rows)
    assert evaluation._errors(20, {}, CPU).tolist() == [1, 2]


@pytest.mark.parametrize(
    ("check", "part"),
    [
        (evaluation.classifiers, "_errors"),
        (evaluation.mixtures, "fit_gmm_to_tensor"),
        (evaluation.fid_features, "_features"),
    ],
)
def test_an_evaluation_that_another_device_makes_otherwise_is_found(monkeypatch, check, part):
    true, calls = getattr(evaluation, part), []

    def faulty(*of):
        calls.append(of)
        found = true(*of)
        if part == "fit_gmm_to_tensor":
            found.means_ += 1e-5
        elif len(calls) == 1:  # the device's turn
            found = found * 1.01 + 10 * (part == "_errors")
        return found

    monkeypatch.setattr(evaluation, part, faulty)
    assert not passed(check(CPU, True))
