"""Rule `encode`: the codes of all images; in: model, data, out: codes/{train,test}.npy, MSE and variance explained."""

import argparse
from pathlib import Path

import numpy as np
import torch

from bench.engine.build import device_of, encode, load_models
from bench.job.command import run
from bench.models.base.autoencoder import Autoencoder
from bench.records.data import load, to_unit
from bench.records.files import write_array, write_rows
from bench.records.origin import origin
from bench.records.spec import read_spec


def reconstruction_error(
    model: Autoencoder, z: np.ndarray, images: np.ndarray, device: torch.device, batch: int = 500
) -> float:
    """Return the squared error on the unit scale of codes [n, d], the mean over uint8 images [n, c, h, w]."""
    total = 0.0
    with torch.inference_mode():
        for start in range(0, len(images), batch):
            part = slice(start, start + batch)
            x = to_unit(images[part]).to(device)
            total += (model.decode(torch.from_numpy(z[part]).to(device)) - x).double().square().sum().item()
    return total / images.size


def pixel_variance(images: np.ndarray) -> float:
    """Return the squared error of answering every uint8 image [n, c, h, w] with their mean image, in [0, 1] units.

    A model with a larger error has learned nothing: its explained variance is below 0.
    """
    mean, total = images.mean(0, dtype=np.float64), 0.0
    for start in range(0, len(images), 500):  # the memory of a float64 copy of a few images at a time
        total += np.square(images[start : start + 500] - mean).sum()
    return total / images.size / 255**2


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("spec", "model", "data", "out", "metrics"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--device", required=True)
    arguments = parser.parse_args()
    spec, device = read_spec(arguments.spec), device_of(arguments.device)
    models = load_models(spec, arguments.model, device)
    for split in ("train", "test"):
        images = load(arguments.data, split)[0]
        codes = np.stack([encode(model, images, device) for model in models])  # [s, n, d]
        write_array(arguments.out / f"{split}.npy", codes)
        print(f"encoded {spec.name}: {split} {codes.shape}")
    errors = [reconstruction_error(model, z, images, device) for model, z in zip(models, codes, strict=True)]
    variance = pixel_variance(images)
    rows = [
        row
        for seed, error in zip(spec.seeds, errors, strict=True)
        for row in ((seed, "mse", error), (seed, "explained_variance", 1 - error / variance))
    ]
    write_rows(arguments.metrics, rows, origin("encode", arguments.spec))
    print(f"reconstructed {spec.name}: mse {' '.join(f'{error:.5f}' for error in errors)}")


if __name__ == "__main__":
    run(main)
