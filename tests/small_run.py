"""A small run, for the tests of the engine and of the steps: its specification, and on disk untrained."""

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import save_file

from bench.engine.build import encode, load_models
from bench.engine.training import start
from bench.fetch import fetch
from bench.records.data import load
from bench.records.files import write_array, writing
from bench.records.spec import Spec, read_spec, spec_of

SEEDS = (0, 1)
SHAPE = (1, 32, 32)
LATENT = 8
ARCHITECTURE = {"family": "dense", "encoder": [4, 8, 8, 8], "decoder": [8, 8, 4], "decoder_relu": True}
DATA = {"train": 60, "test": 40, "rank": 3, "smallest": 0.5}  # of `linear`, which knows the image halfway between two
CPU = torch.device("cpu")


def specification(model: str = "ae", seeds=SEEDS, epochs: int = 2, lr: float = 1e-3, **options: Any) -> dict[str, Any]:
    """Return what the plan has of a run of a model with these options."""
    return {
        "dataset": "digits",
        "variant": model,
        "model": model,
        "options": options,
        "seeds": list(seeds),
        "latent": LATENT,
        "architecture": ARCHITECTURE,
        "training": {"epochs": epochs, "batch": 8, "lr": lr, "shuffle": True},
    }


def make_spec(model: str = "ae", **more: Any) -> Spec:
    """Return the specification of a run as `specification` describes it."""
    return spec_of(specification(model, **more), {"shape": SHAPE})


def write_small_run(folder: Path, model: str = "ae", diverged: int | None = None, **options: Any):
    """Write data, model and codes to a folder and return the run's specification and models.

    `diverged` is a position whose weights are NaN.
    """
    fetch("linear", DATA, Path(), folder / "data")
    spec = read_spec(specification(model, **options), folder / "data")
    state = {n: t.detach().clone() for n, t in start(spec, torch.zeros(1, *SHAPE)).state().items()}
    if diverged is not None:
        for tensor in state.values():
            tensor[diverged] = torch.nan
    with writing(folder / "model.safetensors") as temporary:
        save_file(state, temporary)
    models = load_models(spec, folder / "model.safetensors", CPU)
    for split in ("train", "test"):
        images = load(folder / "data", split)[0]
        write_array(folder / "codes" / f"{split}.npy", np.stack([encode(m, images, CPU) for m in models]))
    return spec, models


def pictures(count: int = 43) -> torch.Tensor:
    """Return smooth random blobs, uint8 [n, 1, 32, 32]: something an autoencoder can learn in a few steps."""
    generator = np.random.default_rng(0)
    centre = generator.uniform(8, 24, (count, 2, 1, 1))
    rows, columns = np.mgrid[:32, :32]
    bump = np.exp(-((rows - centre[:, 0]) ** 2 + (columns - centre[:, 1]) ** 2) / 30)
    return torch.from_numpy((bump * 255).astype(np.uint8))[:, None]


def interrupted(epoch: Callable, number: int) -> Callable:
    """Return `Trainer.epoch` with an interruption before epoch `number`."""

    def stopped(self, current, *others):
        if current == number:
            raise KeyboardInterrupt
        return epoch(self, current, *others)

    return stopped


def read_rows(path: Path) -> dict[tuple[int, str], str]:
    """Return a table of numbers without the line that says where they come from: {(seed, metric): value as text}."""
    rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()[1:]))
    values = {(int(row["seed"]), row["metric"]): row["value"] for row in rows}
    assert len(values) == len(rows)
    return values
