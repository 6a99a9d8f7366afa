"""Rule `train`: train all seeds of a run at once; in: spec and data, out: stacked weights, loss history,
provenance.

Each seed has a model of its own and sees what streams named by that seed give it, so its result does not depend
on the seeds it is trained with. If they do not fit into the device's memory together, they are trained in parts.
"""

import csv
import hashlib
import math
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file

from bench.engine.build import initial_model, map_images
from bench.engine.checkpoint import Checkpoint
from bench.engine.steps import PER_REPLAY
from bench.engine.training import Result, train_within_memory
from bench.engine.trajectory import Looks, Row, looked_at
from bench.job.source import taken
from bench.measures.reconstruction import pixel_variance, reconstruction_error
from bench.measures.spectrum import spectrum
from bench.models.base.autoencoder import Autoencoder, count_parameters
from bench.records.data import load
from bench.records.files import read_json, sha256, write_json, writing
from bench.records.provenance import provenance
from bench.records.spec import Spec, read_spec


def write_history(path: Path, spec: Spec, history: list[list[float]]) -> None:
    """Write the mean training loss of every epoch and seed as CSV; empty where it is not finite."""
    with writing(path) as temporary, temporary.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["seed", "epoch", "loss"])
        for index, seed in enumerate(spec.seeds):
            for epoch, losses in enumerate(history, start=1):
                table.writerow([seed, epoch, repr(losses[index]) if math.isfinite(losses[index]) else ""])


def write_trajectory(path: Path, trajectory: list[Row]) -> None:
    """Write what was seen along the training as CSV, a row per seed, step and metric; empty where it is not finite."""
    with writing(path) as temporary, temporary.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["seed", "step", "metric", "value"])
        for *names, value in sorted(trajectory, key=lambda row: row[:2]):
            table.writerow([*names, repr(float(value)) if math.isfinite(value) else ""])


def looks_along(spec: Spec, train: int, test: np.ndarray, settings: dict, device: torch.device) -> Looks:
    """Return the looks at models in training on `train` images: what spectrum and reconstruction of the first held-out
    images `test` are, uint8 [n, c, h, w], at the steps of the data set's usual training (`settings`).
    """
    total, usual = (
        epochs * (train // min(batch, train))
        for epochs, batch in ((spec.training.epochs, spec.training.batch), (settings["epochs"], settings["batch"]))
    )
    images = np.array(test[: settings["images"]])
    variance = pixel_variance(images)

    def look(model: Autoencoder) -> dict[str, float]:
        z = map_images(model.encode, images, device)
        error = reconstruction_error(model, z, images, device)
        ranks = {name: value for name, value in spectrum(z, settings["thresholds"]) if "rank" in name}
        return ranks | {"mse": error, "explained_variance": 1 - error / variance}

    return Looks(looked_at(total, usual, settings["points"]), look)


def _record(spec: Spec, data: Path, trained: Result, device: torch.device) -> dict:
    seeds, model = len(spec.seeds), initial_model(spec, spec.seeds[0])
    finite = torch.stack([tensor.reshape(seeds, -1).isfinite().all(1) for tensor in trained.state.values()]).all(0)
    return {
        **provenance(device),
        "spec": asdict(spec),
        "spec_sha256": spec.digest,
        "data_sha256": read_json(data / "data.json")["sha256"]["train.npy"],
        "execution": f"CUDA graphs of {PER_REPLAY} steps" if trained.recorded else "eager",
        "parameters": count_parameters(model),
        "diverged": [seed for seed, ok in zip(spec.seeds, finite.tolist(), strict=True) if not ok],
        "wall_seconds": round(trained.seconds, 3),
        "looking_seconds": round(trained.looking, 3),
    }


def main(
    *,
    spec: dict,
    trajectory: dict,
    checkpoint: str,
    data: Path,
    model: Path,
    history: Path,
    along: Path,
    provenance: Path,
    device: torch.device,
) -> None:
    spec, images = read_spec(spec, data), torch.from_numpy(np.array(load(data, "train")[0])).to(device)
    decides = (spec.digest, trajectory, sha256(data / "data.json"), taken()["code"], device.type)
    state = Checkpoint(Path(checkpoint), hashlib.sha256(repr(decides).encode()).hexdigest())
    looks = looks_along(spec, len(images), load(data, "test")[0], trajectory, device)
    trained = train_within_memory(spec, images, state, looks)
    record = _record(spec, data, trained, device)
    with writing(model) as temporary:
        save_file(trained.state, temporary)
    write_history(history, spec, trained.history)
    write_trajectory(along, trained.trajectory)
    write_json(provenance, record)
    state.remove()
    print(f"trained {spec.name}: {trained.seconds:.1f} s, diverged seeds: {record['diverged'] or 'none'}")
