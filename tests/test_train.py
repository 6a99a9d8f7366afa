"""Rule `train`: killed, it goes on; its checkpoint is of its own code; and its provenance and history are whole."""

import dataclasses
import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from small_run import CPU, DATA, interrupted, make_spec, specification

from bench.engine import training
from bench.engine.build import initial_model
from bench.engine.training import Trainer
from bench.fetch import fetch
from bench.job import source
from bench.records.files import read_json, sha256
from bench.train import main, write_history

# A job with a checkpoint after every epoch.
JOB = "import bench.engine.training as t; t.CHECKPOINT_SECONDS = 0; from bench.job import __main__; __main__.main()"


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
