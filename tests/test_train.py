"""The engine: a seed's result depends on the seed alone, and a cut run ends as an uncut one."""

import dataclasses
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from bench.engine.batches import epoch_order
from bench.engine.build import initial_model
from bench.engine.checkpoint import Checkpoint
from bench.engine.training import Trainer
from bench.records.files import read_json, sha256, write_array, write_json
from bench.records.spec import Spec, Training
from bench.train import train

ARCHITECTURE = {"family": "dense", "encoder": [4, 8, 8, 8], "decoder": [8, 8, 4], "decoder_relu": True}


def make_spec(model="ae", seeds=(0, 1, 2, 3, 4), epochs=2, lr=1e-3, **options) -> Spec:
    training = Training(epochs=epochs, batch=8, lr=lr, shuffle=True)
    return Spec("digits", model, model, options, tuple(seeds), (1, 32, 32), 8, ARCHITECTURE, training)


def pictures(count=43) -> torch.Tensor:
    """Smooth random blobs: something an autoencoder can learn in a few steps."""
    generator = np.random.default_rng(0)
    centre = generator.uniform(8, 24, (count, 2, 1, 1))
    rows, columns = np.mgrid[:32, :32]
    bump = np.exp(-((rows - centre[:, 0]) ** 2 + (columns - centre[:, 1]) ** 2) / 30)
    return torch.from_numpy((bump * 255).astype(np.uint8))[:, None]


@pytest.fixture
def double():
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


@pytest.fixture
def checkpoint(tmp_path) -> Checkpoint:
    return Checkpoint(tmp_path / "checkpoint", "digest")


@pytest.mark.parametrize(("model", "options"), [("irmae", {"depth": 3}), ("vae", {})])
def test_a_seed_alone_and_in_a_batch_of_five_agree(model, options, double, checkpoint):
    batch = train(make_spec(model, **options), pictures(), checkpoint)
    alone = train(make_spec(model, seeds=(3,), **options), pictures(), checkpoint)
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
    history = np.array(train(make_spec(epochs=8, lr=1e-2), pictures(), checkpoint).history)
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
    one, other = make_spec("ae"), make_spec("irmae", seeds=(4, 1), depth=2)
    assert torch.equal(epoch_order(one, 43, 5)[:, [4, 1]], epoch_order(other, 43, 5))
    assert not torch.equal(epoch_order(one, 43, 5), epoch_order(one, 43, 6))


def test_an_epoch_visits_every_image_once_but_for_an_incomplete_last_batch():
    order = epoch_order(make_spec(), 43, 0)
    assert order.shape == (5, 5, 8)
    assert all(len(set(seed.flatten().tolist())) == 40 for seed in order.unbind(1))


def test_without_shuffling_images_come_in_order():
    spec = make_spec()
    spec = dataclasses.replace(spec, training=dataclasses.replace(spec.training, shuffle=False))
    assert torch.equal(epoch_order(spec, 43, 3)[:, 0].flatten(), torch.arange(40))


def test_one_diverged_seed_leaves_the_others_alone():
    spec, images = make_spec(seeds=(0, 1)), pictures()
    clean, broken = Trainer(spec, images), Trainer(spec, images)
    with torch.no_grad():
        broken.ensemble.models[0].encoder[0].weight.fill_(float("nan"))
    losses = [(broken.epoch(number), clean.epoch(number)) for number in range(2)]
    assert np.isnan(losses[-1][0][0]) and losses[-1][0][1] == losses[-1][1][1]
    assert torch.equal(broken.ensemble.state()["decoder.0.weight"][1], clean.ensemble.state()["decoder.0.weight"][1])


def test_a_run_goes_on_from_its_checkpoint_bit_for_bit(checkpoint, monkeypatch):
    monkeypatch.setattr("bench.train.CHECKPOINT_SECONDS", -1.0)
    spec, images = make_spec("vae", seeds=(0, 1), epochs=4), pictures()
    train(dataclasses.replace(spec, training=dataclasses.replace(spec.training, epochs=2)), images, checkpoint)
    resumed = train(spec, images, checkpoint)
    checkpoint.remove()
    whole = train(spec, images, checkpoint)
    assert resumed.history == whole.history
    assert all(torch.equal(resumed.state[name], whole.state[name]) for name in whole.state)


def test_a_checkpoint_of_another_digest_or_a_damaged_one_is_not_used(checkpoint, tmp_path, capsys):
    checkpoint.save({"a": torch.ones(2)}, {"history": []})
    assert checkpoint.load()[0]["a"].tolist() == [1, 1]
    assert Checkpoint(tmp_path / "checkpoint", "other").load() == ({}, {})
    whole = checkpoint.path.read_bytes()
    for damaged in (whole[:20], whole[:-1] + b"!", b""):
        checkpoint.path.write_bytes(damaged)
        assert checkpoint.load() == ({}, {})
        assert "damaged" in capsys.readouterr().out


def write_run(folder, epochs: int) -> list[str]:
    """Write spec and data of a small run and return the command that trains it."""
    data = folder / "data"
    write_array(data / "train.npy", pictures(400).numpy())
    write_array(data / "train_labels.npy", np.zeros(400, dtype=np.int64))
    write_json(data / "data.json", {"sha256": {"train.npy": sha256(data / "train.npy")}})
    spec = dataclasses.asdict(make_spec("irmae", seeds=(0, 1), epochs=epochs, depth=2))
    write_json(folder / "spec.json", spec)
    return [
        sys.executable,
        "-m",
        "bench.train",
        "--spec",
        f"{folder}/spec.json",
        "--data",
        f"{data}",
        "--device",
        "cpu",
    ]


def outputs(folder, name: str) -> list[str]:
    paths = {
        "checkpoint": name,
        "model": f"{name}.safetensors",
        "history": f"{name}.csv",
        "provenance": f"{name}.json",
    }
    return [part for flag, file in paths.items() for part in (f"--{flag}", f"{folder}/{file}")]


def test_sigkill_in_mid_training_then_the_same_command_ends_as_if_nothing_happened(tmp_path):
    command = write_run(tmp_path, epochs=12)
    every_epoch = "import bench.train as t; t.CHECKPOINT_SECONDS = 0; t.run(t.main)"
    command = [command[0], "-c", every_epoch, *command[3:]]
    process = subprocess.Popen([*command, *outputs(tmp_path, "cut")], stdout=subprocess.DEVNULL)
    state = tmp_path / "cut" / "state.safetensors"
    while not state.exists() and process.poll() is None:
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert process.returncode == -signal.SIGKILL
    assert not (tmp_path / "cut.safetensors").exists()
    resumed = subprocess.run([*command, *outputs(tmp_path, "cut")], capture_output=True, text=True, check=True)
    assert "resumed after epoch" in resumed.stdout
    subprocess.run([*command, *outputs(tmp_path, "whole")], capture_output=True, check=True)
    cut, whole = (load_file(tmp_path / f"{name}.safetensors") for name in ("cut", "whole"))
    assert all(torch.equal(cut[name], whole[name]) for name in whole)
    assert (tmp_path / "cut.csv").read_bytes() == (tmp_path / "whole.csv").read_bytes()
    assert not state.exists()


def test_provenance_names_what_the_result_depends_on(tmp_path):
    command = write_run(tmp_path, epochs=1)
    subprocess.run([*command, *outputs(tmp_path, "run")], capture_output=True, check=True)
    record = read_json(tmp_path / "run.json")
    assert record["data_sha256"] == sha256(tmp_path / "data" / "train.npy")
    assert record["spec_sha256"] == sha256(tmp_path / "spec.json")
    assert record["diverged"] == []
    assert record["parameters"] == sum(p.numel() for p in initial_model(make_spec("irmae", depth=2), 0).parameters())
    assert record["wall_seconds"] > 0 and record["peak_memory_bytes"] > 0
    assert {"commit", "dirty", "torch", "numpy", "python", "device_name", "threads"} <= record.keys()


def test_a_missing_gpu_stops_in_one_line_that_names_the_ways_out(tmp_path):
    if torch.cuda.is_available():
        pytest.skip("this machine has a GPU")
    command = write_run(tmp_path, epochs=1)
    command[command.index("cpu")] = "cuda"
    result = subprocess.run([*command, *outputs(tmp_path, "run")], capture_output=True, text=True)
    assert result.returncode == 1
    assert len(result.stderr.splitlines()) == 1
    assert "device=cpu" in result.stderr and "preset=quick" in result.stderr
    assert not (tmp_path / "run.safetensors").exists()
