"""A small untrained run on disk, for the tests of the steps that use one."""

import csv

import numpy as np
import torch
from safetensors.torch import save_file

from bench.engine.build import encode, load_models
from bench.engine.training import start
from bench.records.files import write_array, write_json
from bench.records.spec import read_spec

SEEDS = (0, 1)
SHAPE = (1, 32, 32)
LATENT = 8
ARCHITECTURE = {"family": "dense", "encoder": [4, 8, 8, 8], "decoder": [8, 8, 4], "decoder_relu": True}
CPU = torch.device("cpu")


def write_small_run(folder, diverged=None, **changes):
    """Write data, model and codes to a folder; `diverged` is a position whose weights are NaN."""
    write_json(folder / "data" / "data.json", {"shape": SHAPE})
    spec = read_spec(specification() | changes, folder / "data")
    generator = np.random.default_rng(0)
    for split, count in (("train", 60), ("test", 40)):
        write_array(folder / "data" / f"{split}.npy", generator.integers(256, size=(count, *SHAPE), dtype=np.uint8))
        write_array(folder / "data" / f"{split}_labels.npy", np.arange(count) % 10)
    state = {n: t.detach().clone() for n, t in start(spec, torch.zeros(1, *SHAPE)).state().items()}
    if diverged is not None:
        for tensor in state.values():
            tensor[diverged] = torch.nan
    save_file(state, folder / "model.safetensors")
    models = load_models(spec, folder / "model.safetensors", CPU)
    for split in ("train", "test"):
        images = np.load(folder / "data" / f"{split}.npy")
        write_array(folder / "codes" / f"{split}.npy", np.stack([encode(m, images, CPU) for m in models]))
    return spec, models


def specification() -> dict:
    """Return what the plan has of the run."""
    return {
        "dataset": "digits",
        "variant": "ae",
        "model": "ae",
        "options": {},
        "seeds": SEEDS,
        "latent": LATENT,
        "architecture": ARCHITECTURE,
        "training": {"epochs": 1, "batch": 4, "lr": 1e-3, "shuffle": True},
    }


def read_rows(path) -> list[dict[str, str]]:
    """Return the rows of a table of numbers, without the line that says where they come from."""
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()[1:]))
