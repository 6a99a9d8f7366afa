"""Rule `train`: train all seeds of a run at once; in: spec and data, out: stacked weights, loss history,
provenance.

The seed is a tensor axis: the parameters of the seeds are stacked, the model's loss is mapped over them with
`torch.func.vmap` and one Adam steps the stack (it works entry by entry, so each seed is stepped as if alone).
What a seed sees comes from streams named by that seed, so its result does not depend on the batch of seeds it
was trained in.
"""

import argparse
import csv
import hashlib
import math
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from torch import Tensor
from torch.func import functional_call, stack_module_state, vmap

from bench.autoencoder import Autoencoder, count_parameters
from bench.batches import epoch_noise, epoch_order
from bench.checkpoint import Checkpoint, optimiser_tensors, restore_optimiser
from bench.command import run
from bench.data import load
from bench.files import read_json, sha256, write_json, writing
from bench.provenance import provenance, source_digest
from bench.run import device_of, initial_model
from bench.spec import Spec, read_spec

CHECKPOINT_SECONDS = (
    5.0  # least time between two checkpoints; saving one takes well under a tenth of a second per 100 MB
)


@dataclass
class Ensemble:
    """The seeds of a run in training: stacked tensors [s, ...], one optimiser, loss history [epochs, s]."""

    template: Autoencoder
    parameters: dict[str, Tensor]
    buffers: dict[str, Tensor]
    optimiser: torch.optim.Optimizer | None  # None: nothing to train
    history: list[list[float]] = field(default_factory=list)
    seconds: float = 0.0

    def losses(self, x: Tensor, noise: Tensor | None) -> Tensor:
        """Return the loss of every seed [s] for images [s, b, c, h, w] and noise [s, ...]."""

        def one(parameters: dict, buffers: dict, x: Tensor, noise: Tensor | None) -> Tensor:
            return functional_call(self.template, (parameters, buffers), (x, noise))

        axes = (0, 0, 0, None if noise is None else 0)
        return vmap(one, in_dims=axes)(self.parameters, self.buffers, x, noise)

    def step(self, x: Tensor, noise: Tensor | None) -> Tensor:
        """Take one optimiser step and return the losses [s] before it."""
        self.optimiser.zero_grad()
        losses = self.losses(x, noise)
        losses.sum().backward()  # the seeds share no parameter, so each gets its own gradient
        self.optimiser.step()
        return losses.detach()

    def state(self) -> dict[str, Tensor]:
        """Return what `load_models` needs: parameters and buffers [s, ...] by name."""
        return {**self.parameters, **self.buffers}


def start(spec: Spec, images: Tensor) -> Ensemble:
    """Return the seeds' models at their initial weights, stacked on the images' device."""
    models = [initial_model(spec, seed).to(images.device) for seed in spec.seeds]
    models[0].fit(images)
    for model in models[1:]:  # a closed form has no seed
        for buffer, fitted in zip(model.buffers(), models[0].buffers(), strict=True):
            buffer.copy_(fitted)
    parameters, buffers = stack_module_state(models)
    trainable = [p for p in parameters.values() if p.requires_grad]
    optimiser = torch.optim.Adam(trainable, lr=spec.training.lr, fused=True) if trainable else None
    return Ensemble(models[0], parameters, buffers, optimiser)


def train(spec: Spec, images: Tensor, checkpoint: Checkpoint) -> Ensemble:
    """Train a run on uint8 images [n, c, h, w], from its checkpoint if there is one."""
    ensemble = start(spec, images)
    _resume(ensemble, checkpoint)
    saved = time.monotonic()
    epochs = spec.training.epochs if ensemble.optimiser else 0
    for epoch in range(len(ensemble.history), epochs):
        begun = time.monotonic()
        ensemble.history.append(train_epoch(ensemble, spec, images, epoch))
        seconds = time.monotonic() - begun
        ensemble.seconds += seconds
        rate = len(spec.seeds) * len(images) / seconds
        losses = " ".join(f"{loss:.5f}" for loss in ensemble.history[-1])
        print(f"epoch {epoch + 1}/{epochs}  loss {losses}  {rate:.0f} images/s", flush=True)
        if time.monotonic() - saved > CHECKPOINT_SECONDS:
            _save(ensemble, checkpoint)
            saved = time.monotonic()
    return ensemble


def train_epoch(ensemble: Ensemble, spec: Spec, images: Tensor, epoch: int) -> list[float]:
    """Train one pass and return the mean loss of every seed; an incomplete last batch is left out."""
    order = epoch_order(spec, len(images), epoch).to(images.device)
    noises = epoch_noise(ensemble.template, spec, order.shape[2], epoch, images.device)
    total = torch.zeros(len(spec.seeds), device=images.device)
    for index, noise in zip(order.unbind(1), noises, strict=False):  # noise has no end
        total += ensemble.step(images[index].to(torch.get_default_dtype()) / 255, noise)
    return (total / order.shape[1]).tolist()


def _save(ensemble: Ensemble, checkpoint: Checkpoint) -> None:
    notes = {"history": ensemble.history, "seconds": ensemble.seconds}
    checkpoint.save({**ensemble.state(), **optimiser_tensors(ensemble.optimiser)}, notes)


def _resume(ensemble: Ensemble, checkpoint: Checkpoint) -> None:
    tensors, notes = checkpoint.load()
    if not notes:
        return
    with torch.no_grad():
        for name, tensor in ensemble.state().items():
            tensor.copy_(tensors[name])
    restore_optimiser(ensemble.optimiser, tensors)
    ensemble.history, ensemble.seconds = notes["history"], notes["seconds"]
    print(f"resumed after epoch {len(ensemble.history)}", flush=True)


def write_history(path: Path, spec: Spec, history: list[list[float]]) -> None:
    """Write the mean training loss of every epoch and seed as CSV; empty where it is not finite."""
    with writing(path) as temporary, temporary.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["seed", "epoch", "loss"])
        for index, seed in enumerate(spec.seeds):
            for epoch, losses in enumerate(history, start=1):
                table.writerow([seed, epoch, repr(losses[index]) if math.isfinite(losses[index]) else ""])


def _record(spec: Spec, spec_path: Path, data: Path, ensemble: Ensemble, device: torch.device) -> dict:
    state = ensemble.state().values()
    finite = torch.stack([tensor.reshape(len(spec.seeds), -1).isfinite().all(1) for tensor in state]).all(0).tolist()
    return {
        **provenance(device),
        "spec_sha256": sha256(spec_path),
        "data_sha256": read_json(data / "data.json")["sha256"]["train.npy"],
        "training": asdict(spec.training),
        "execution": f"vmap over {len(spec.seeds)} seeds",
        "parameters": count_parameters(ensemble.template),
        "diverged": [seed for seed, ok in zip(spec.seeds, finite, strict=True) if not ok],
        "wall_seconds": round(ensemble.seconds, 3),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("spec", "data", "checkpoint", "model", "history", "provenance"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--device", required=True)
    arguments = parser.parse_args()
    spec, device = read_spec(arguments.spec), device_of(arguments.device)
    images = torch.from_numpy(np.array(load(arguments.data, "train")[0])).to(device)
    parts = (sha256(arguments.spec), sha256(arguments.data / "data.json"), source_digest(), device.type)
    checkpoint = Checkpoint(arguments.checkpoint, hashlib.sha256(repr(parts).encode()).hexdigest())
    ensemble = train(spec, images, checkpoint)
    record = _record(spec, arguments.spec, arguments.data, ensemble, device)
    with writing(arguments.model) as temporary:
        save_file({name: tensor.detach().contiguous() for name, tensor in ensemble.state().items()}, temporary)
    write_history(arguments.history, spec, ensemble.history)
    write_json(arguments.provenance, record)
    checkpoint.remove()
    print(f"trained {spec.name}: {ensemble.seconds:.1f} s, diverged seeds: {record['diverged'] or 'none'}")


if __name__ == "__main__":
    run(main)
