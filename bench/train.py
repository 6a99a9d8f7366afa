"""Rule `train`: train all seeds of a run at once; in: spec and data, out: stacked weights, loss history,
provenance.

Each seed has a model of its own and sees what streams named by that seed give it, so its result does not depend
on the seeds it is trained with. If they do not fit into the device's memory together, they are trained in parts.
"""

import argparse
import csv
import hashlib
import math
import time
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from torch import Tensor

from bench.engine.build import device_of, initial_model
from bench.engine.checkpoint import Checkpoint
from bench.engine.memory import training_memory
from bench.engine.steps import PER_REPLAY
from bench.engine.trainer import Trainer
from bench.job.command import Stop, run
from bench.job.progress import Progress
from bench.models.base.autoencoder import count_parameters
from bench.records.data import load
from bench.records.files import read_json, sha256, write_json, writing
from bench.records.provenance import provenance, source_digest
from bench.records.spec import Spec, read_spec

# Least time between two checkpoints; saving one takes some tenths of a second per 100 MB, half of it for the digest.
CHECKPOINT_SECONDS = 5.0


@dataclass
class Trained:
    """What training gives: the seeds' parameters and buffers by name [s, ...], mean losses [epochs][s], wall time."""

    state: dict[str, Tensor]
    history: list[list[float]] = field(default_factory=list)
    seconds: float = 0.0


def train(spec: Spec, images: Tensor, checkpoint: Checkpoint) -> Trained:
    """Train a run on uint8 images [n, c, h, w], from its checkpoint if there is one."""
    trainer = Trainer(spec, images)
    done = _resume(trainer, checkpoint)
    saved = time.monotonic()
    epochs = spec.training.epochs if trainer.ensemble.optimiser else 0
    progress = Progress(epochs, "epochs", len(done.history), (len(spec.seeds) * len(images), "images"))
    for epoch in range(len(done.history), epochs):
        begun = time.monotonic()
        if epoch == trainer.settles:
            trainer.settle()
        done.history.append(trainer.epoch(epoch, progress))
        done.seconds += time.monotonic() - begun
        if time.monotonic() - saved > CHECKPOINT_SECONDS:
            checkpoint.save(trainer.ensemble.tensors(), {"history": done.history, "seconds": done.seconds})
            saved = time.monotonic()
    if trainer.settles >= epochs:
        trainer.settle()
    done.state = trainer.ensemble.state()
    return done


def _resume(trainer: Trainer, checkpoint: Checkpoint) -> Trained:
    tensors, notes = checkpoint.load()
    if not notes:
        return Trained({})
    if len(notes["history"]) > trainer.settles:
        trainer.settle()  # for what is trained from there on; what it computed is overwritten
    trainer.ensemble.restore(tensors)
    print(f"resumed after epoch {len(notes['history'])}", flush=True)
    return Trained({}, **notes)


def train_within_memory(spec: Spec, images: Tensor, checkpoint: Checkpoint) -> Trained:
    """Train as `train` does; seeds that do not fit together are halved until they do. Stop if one alone does not."""
    try:
        return train(spec, images, checkpoint)
    except torch.OutOfMemoryError as problem:
        reason = str(problem).split(". ")[0]
    # Out of the handler, whose traceback would keep the tensors alive.
    if len(spec.seeds) == 1:
        raise Stop(f"{spec.name} does not fit into the device's memory: {reason}; use a larger GPU or fewer jobs on it")
    print(f"{len(spec.seeds)} seeds do not fit into the device's memory together: training them in halves", flush=True)
    torch.cuda.empty_cache()
    half = (len(spec.seeds) + 1) // 2
    parts = [
        train_within_memory(replace(spec, seeds=seeds), images, checkpoint.of(seeds))
        for seeds in (spec.seeds[:half], spec.seeds[half:])
    ]
    return joined(*parts)


def joined(one: Trained, other: Trained) -> Trained:
    """Return two parts of a run as one; their epochs took place one after the other."""
    state = {name: torch.cat([tensor, other.state[name]]) for name, tensor in one.state.items()}
    history = [first + second for first, second in zip(one.history, other.history, strict=True)]
    return Trained(state, history, one.seconds + other.seconds)


def write_history(path: Path, spec: Spec, history: list[list[float]]) -> None:
    """Write the mean training loss of every epoch and seed as CSV; empty where it is not finite."""
    with writing(path) as temporary, temporary.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["seed", "epoch", "loss"])
        for index, seed in enumerate(spec.seeds):
            for epoch, losses in enumerate(history, start=1):
                table.writerow([seed, epoch, repr(losses[index]) if math.isfinite(losses[index]) else ""])


def _record(spec: Spec, spec_path: Path, data: Path, trained: Trained, device: torch.device) -> dict:
    seeds, model = len(spec.seeds), initial_model(spec, spec.seeds[0])
    finite = torch.stack([tensor.reshape(seeds, -1).isfinite().all(1) for tensor in trained.state.values()]).all(0)
    return {
        **provenance(device),
        "spec_sha256": sha256(spec_path),
        "data_sha256": read_json(data / "data.json")["sha256"]["train.npy"],
        "training": asdict(spec.training),
        "execution": f"CUDA graphs of {PER_REPLAY} steps" if device.type == "cuda" and model.recorded else "eager",
        "parameters": count_parameters(model),
        "diverged": [seed for seed, ok in zip(spec.seeds, finite.tolist(), strict=True) if not ok],
        "wall_seconds": round(trained.seconds, 3),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("spec", "data", "checkpoint", "model", "history", "provenance"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--device", required=True)
    arguments = parser.parse_args()
    spec, images = read_spec(arguments.spec), load(arguments.data, "train")[0]
    device = device_of(arguments.device, partial(training_memory, spec, images))
    images = torch.from_numpy(np.array(images)).to(device)
    parts = (sha256(arguments.spec), sha256(arguments.data / "data.json"), source_digest(), device.type)
    checkpoint = Checkpoint(arguments.checkpoint, hashlib.sha256(repr(parts).encode()).hexdigest())
    trained = train_within_memory(spec, images, checkpoint)
    record = _record(spec, arguments.spec, arguments.data, trained, device)
    with writing(arguments.model) as temporary:
        save_file(trained.state, temporary)
    write_history(arguments.history, spec, trained.history)
    write_json(arguments.provenance, record)
    checkpoint.remove()
    print(f"trained {spec.name}: {trained.seconds:.1f} s, diverged seeds: {record['diverged'] or 'none'}")


if __name__ == "__main__":
    run(main)
