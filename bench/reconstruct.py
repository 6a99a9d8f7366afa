"""Rule `reconstruct`: squared error on the test images; in: model, data, out: MSE and variance explained."""

import argparse
from pathlib import Path

import numpy as np
import torch

from bench.autoencoder import Autoencoder
from bench.command import run
from bench.data import load, to_unit
from bench.files import write_rows
from bench.origin import origin
from bench.run import device_of, load_models
from bench.spec import read_spec


def reconstruct(model: Autoencoder, images: np.ndarray, device: torch.device, batch: int = 500) -> float:
    """Return the squared error on the unit scale, the mean over all entries of uint8 images [n, c, h, w]."""
    total = 0.0
    with torch.inference_mode():
        for start in range(0, len(images), batch):
            x = to_unit(images[start : start + batch]).to(device)
            total += (model.decode(model.encode(x)) - x).double().square().sum().item()
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
    for name in ("spec", "model", "data", "out"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--device", required=True)
    arguments = parser.parse_args()
    spec, device = read_spec(arguments.spec), device_of(arguments.device)
    images = load(arguments.data, "test")[0]
    models = load_models(spec, arguments.model, device)
    errors = [reconstruct(model, images, device) for model in models]
    variance = pixel_variance(images)
    rows = [
        row
        for seed, error in zip(spec.seeds, errors, strict=True)
        for row in ((seed, "mse", error), (seed, "explained_variance", 1 - error / variance))
    ]
    write_rows(arguments.out, rows, origin("reconstruct", arguments.spec))
    print(f"reconstructed {spec.name}: mse {' '.join(f'{error:.5f}' for error in errors)}")


if __name__ == "__main__":
    run(main)
