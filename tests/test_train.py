"""The engine: a seed's result depends on the seed alone, and a cut run ends as an uncut one."""

import dataclasses
import itertools
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from small_run import CPU, DATA, interrupted, make_spec, pictures, specification

from bench.engine import training
from bench.engine.batches import epoch_order
from bench.engine.build import initial_model
from bench.engine.checkpoint import Checkpoint
from bench.engine.training import Result, Trainer, train
from bench.engine.trajectory import Looks
from bench.fetch import fetch
from bench.job import source
from bench.job.command import unwind_when_cancelled
from bench.records.files import read_json, sha256
from bench.train import main, write_history

FIVE = range(5)


@pytest.mark.parametrize(("model", "options"), [("irmae", {"depth": 3}), ("vae", {})])
def test_a_seed_alone_and_in_a_batch_of_five_agree(model, options, double, checkpoint):
    batch = train(make_spec(model, seeds=FIVE, **options), pictures(), checkpoint)
    alone = train(make_spec(model, seeds=(3,), **options), pictures(), checkpoint.of((3,)))
    for name, tensor in alone.state.items():
        assert torch.allclose(tensor[0], batch.state[name][3], rtol=1e-9, atol=1e-12), name
    assert [epoch[3] for epoch in batch.history] == pytest.approx([epoch[0] for epoch in alone.history], rel=1e-6)


def test_training_equals_the_plain_loop(double, checkpoint):
    spec, images = make_spec("irmae", seeds=(2,), depth=2), pictures()
    trained = train(spec, images, checkpoint)
    model = initial_model(spec, 2)
    optimiser = torch.optim.Adam(model.parameters(), lr=spec.training.lr)
    for epoch in range(spec.training.epochs):
        for index in epoch_order(spec, len(images), epoch)[:, 0]:
            optimiser.zero_grad()
            model.loss(images[index].double() / 255, None).backward()
            optimiser.step()
    for name, parameter in model.named_parameters():
        assert torch.allclose(trained.state[name][0], parameter, rtol=1e-8, atol=1e-10), name


def test_the_loss_goes_down(checkpoint):
    history = np.array(train(make_spec(seeds=FIVE, epochs=8, lr=1e-2), pictures(), checkpoint).history)
    assert (history[-1] < 0.5 * history[0]).all()


def test_training_twice_gives_the_same_bits(tmp_path):
    runs = [train(make_spec("vae"), pictures(), Checkpoint(tmp_path / name, "d")) for name in "ab"]
    assert all(torch.equal(runs[0].state[name], runs[1].state[name]) for name in runs[0].state)


def test_fixed_matrices_stay_and_shared_ones_are_one(checkpoint):
    spec = make_spec("irmae", seeds=(0,), depth=3, chain="fixed")
    trained, initial = train(spec, pictures(), checkpoint).state, dict(initial_model(spec, 0).named_parameters())
    moved = {name for name, parameter in initial.items() if not torch.equal(trained[name][0], parameter)}
    assert moved == {name for name in initial if not name.startswith("chain")}
    assert [
        n for n in train(make_spec("irmae", depth=3, chain="shared"), pictures(), checkpoint).state if "chain" in n
    ] == ["chain.0.weight"]


@pytest.mark.parametrize("model", ["untrained", "pca"])
def test_controls_take_no_step(model, checkpoint):
    assert train(make_spec(model), pictures(), checkpoint).history == []


def test_batches_are_those_of_the_seed_for_every_variant():
    one, other = make_spec(seeds=FIVE), make_spec("irmae", seeds=(4, 1), depth=2)
    assert torch.equal(epoch_order(one, 43, 5)[:, [4, 1]], epoch_order(other, 43, 5))
    assert not torch.equal(epoch_order(one, 43, 5), epoch_order(one, 43, 6))


def test_an_epoch_visits_every_image_once_but_for_an_incomplete_last_batch():
    order = epoch_order(make_spec(seeds=FIVE), 43, 0)
    assert order.shape == (5, 5, 8)
    assert all(len(set(seed.flatten().tolist())) == 40 for seed in order.unbind(1))


def test_without_shuffling_images_come_in_order():
    spec = make_spec()
    spec = dataclasses.replace(spec, training=dataclasses.replace(spec.training, shuffle=False))
    assert torch.equal(epoch_order(spec, 43, 3)[:, 0].flatten(), torch.arange(40))


@pytest.mark.parametrize("model", ["ae", "vae"])
def test_one_diverged_seed_leaves_the_others_alone(model):
    spec, images = make_spec(model, seeds=(0, 1)), pictures()
    clean, broken = Trainer(spec, images), Trainer(spec, images)
    with torch.no_grad():
        broken.ensemble.models[0].encoder[0].weight.fill_(float("nan"))
    with_nan, without = Result({}), Result({})
    for number in range(2):
        broken.epoch(number, with_nan)
        clean.epoch(number, without)
    assert np.isnan(with_nan.history[-1][0]) and with_nan.history[-1][1] == without.history[-1][1]
    assert torch.equal(broken.ensemble.state()["decoder.0.weight"][1], clean.ensemble.state()["decoder.0.weight"][1])


def test_a_run_goes_on_from_its_checkpoint_bit_for_bit(checkpoint, monkeypatch):
    monkeypatch.setattr("bench.engine.training.CHECKPOINT_SECONDS", -1.0)
    spec, images = make_spec("vae", seeds=(0, 1), epochs=4), pictures()
    train(dataclasses.replace(spec, training=dataclasses.replace(spec.training, epochs=2)), images, checkpoint)
    resumed = train(spec, images, checkpoint)
    checkpoint.remove()
    whole = train(spec, images, checkpoint)
    assert resumed.history == whole.history
    assert all(torch.equal(resumed.state[name], whole.state[name]) for name in whole.state)


@pytest.mark.parametrize("stop", [1, 5, 7])
def test_told_to_stop_it_keeps_every_step_and_goes_on_bit_for_bit(checkpoint, stop):
    spec, images = make_spec("vae", seeds=(0, 1), epochs=2), pictures()  # 5 steps an epoch
    whole = train(spec, images, checkpoint, Looks(frozenset({stop, 10}), seen))

    def told(model):
        os.kill(os.getpid(), signal.SIGTERM)
        return seen(model)

    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    unwind_when_cancelled()
    try:
        with pytest.raises(SystemExit):
            train(spec, images, checkpoint, Looks(frozenset({stop, 10}), told))
        assert checkpoint.load()[1]["within"] == stop % 5
        resumed = train(spec, images, checkpoint, Looks(frozenset({stop, 10}), seen))
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    assert (resumed.history, resumed.trajectory) == (whole.history, whole.trajectory)
    assert all(torch.equal(resumed.state[name], tensor) for name, tensor in whole.state.items())


def seen(model):
    return {"weight": next(model.parameters()).sum().item()}


def test_checkpoints_take_a_twentieth_of_the_time_at_most(checkpoint, monkeypatch):
    clock = itertools.count()  # a second passes whenever it is looked at, and nine with a checkpoint
    saved = []

    def save(tensors, notes):
        saved.append((next(clock), [next(clock) for _ in range(9)][-1]))

    monkeypatch.setattr("bench.engine.training.time.monotonic", lambda: float(next(clock)))
    monkeypatch.setattr(checkpoint, "save", save)
    train(make_spec("ae", seeds=(0,), epochs=300), pictures(16), checkpoint)
    taken, gaps = [end - begun for begun, end in saved], [b[0] - a[1] for a, b in itertools.pairwise(saved)]
    assert len(saved) > 3 and all(gap >= 20 * took for gap, took in zip(gaps, taken[:-1], strict=True))


def test_a_checkpoint_of_another_digest_or_a_damaged_one_is_not_used(checkpoint, tmp_path, capsys):
    checkpoint.save({"a": torch.ones(2)}, {"history": []})
    assert checkpoint.load()[0]["a"].tolist() == [1, 1]
    assert Checkpoint(tmp_path / "checkpoint", "other").load() == ({}, {})
    whole = checkpoint.path.read_bytes()
    for damaged in (whole[:20], whole[:-1] + b"!", b""):
        checkpoint.path.write_bytes(damaged)
        assert checkpoint.load() == ({}, {})
        assert "damaged" in capsys.readouterr().out


# The rule


@pytest.fixture
def folder(tmp_path):
    """A folder with data for a small run."""
    fetch("linear", DATA | {"train": 400}, tmp_path, tmp_path / "data")
    return tmp_path


def paths(folder, name: str) -> dict[str, Path]:
    """Return what the rule reads and writes, by its parameters."""
    files = {"model": f"{name}.safetensors", "history": f"{name}.csv", "provenance": f"{name}.json"}
    files["along"] = f"along-{name}.csv"
    return {"data": folder / "data"} | {key: folder / file for key, file in files.items()}


def settings(folder, epochs: int) -> dict:
    """Return what the rule takes beside paths."""
    looks = {"epochs": epochs, "batch": 8, "points": 4, "images": 20, "thresholds": [0.01]}
    spec = specification("irmae", depth=2, epochs=epochs)
    return {"spec": spec, "trajectory": looks, "checkpoint": str(folder / "checkpoint")}


def run_rule(folder, epochs: int = 2) -> None:
    main(**settings(folder, epochs), **paths(folder, "run"), device=CPU)


# A job with a checkpoint after every epoch.
JOB = "import bench.engine.training as t; t.CHECKPOINT_SECONDS = 0; from bench.job import __main__; __main__.main()"


@pytest.mark.long
def test_sigkill_in_mid_training_then_the_same_command_ends_as_if_nothing_happened(folder):
    words = [word for key, path in paths(folder, "cut").items() for word in (f"--{key}", str(path))]
    given = ["--settings", json.dumps(settings(folder, 12)), "--device", "cpu", *words]
    command = [sys.executable, "-c", JOB, "train", *given]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    state = folder / "checkpoint" / "state.safetensors"
    while not state.exists() and process.poll() is None:
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert process.returncode == -signal.SIGKILL
    assert not (folder / "cut.safetensors").exists()
    resumed = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "resumed after epoch" in resumed.stdout and not state.exists()
    run_rule(folder, epochs=12)
    cut, whole = (load_file(folder / f"{name}.safetensors") for name in ("cut", "run"))
    assert all(torch.equal(cut[name], whole[name]) for name in whole)
    assert (folder / "cut.csv").read_bytes() == (folder / "run.csv").read_bytes()
    assert (folder / "along-cut.csv").read_bytes() == (folder / "along-run.csv").read_bytes()


@pytest.mark.parametrize(("file", "resumed"), [("bench/train.py", True), ("bench/encode.py", False)])
def test_a_checkpoint_is_of_the_code_that_made_it(folder, monkeypatch, capsys, file, resumed):
    """The digest of its rule's code, whatever the commit."""
    monkeypatch.setattr(training, "CHECKPOINT_SECONDS", -1.0)
    monkeypatch.setattr(source, "_taken", {})
    source.take([source.REPOSITORY / "bench/train.py"])
    with monkeypatch.context() as patch:
        patch.setattr(Trainer, "epoch", interrupted(Trainer.epoch, 1))
        with pytest.raises(KeyboardInterrupt):
            run_rule(folder)
    monkeypatch.setattr(source, "_git", lambda *arguments: "another commit")
    source.take([source.REPOSITORY / file])
    run_rule(folder)
    assert ("resumed after epoch 1" in capsys.readouterr().out) is resumed


def test_provenance_names_what_the_result_depends_on(folder):
    run_rule(folder)
    record, spec = read_json(folder / "run.json"), make_spec("irmae", depth=2)
    assert record["data_sha256"] == sha256(folder / "data" / "train.npy")
    assert record["spec_sha256"] == spec.digest
    assert record["spec"] == json.loads(json.dumps(dataclasses.asdict(spec)))
    assert record["diverged"] == []
    assert record["parameters"] == sum(p.numel() for p in initial_model(spec, 0).parameters())
    assert record["wall_seconds"] > record["looking_seconds"] > 0 and record["peak_memory_bytes"] > 0
    assert {"commit", "dirty", "code", "torch", "numpy", "python", "device_name", "threads"} <= record.keys()


def test_history_has_a_loss_of_every_seed_and_epoch_and_none_where_it_is_not_finite(tmp_path):
    write_history(tmp_path / "history.csv", make_spec(), [[0.5, np.nan], [0.25, np.nan]])
    expected = ["seed,epoch,loss", "0,1,0.5", "0,2,0.25", "1,1,", "1,2,"]
    assert (tmp_path / "history.csv").read_text().splitlines() == expected
