"""Rule `interpolate`: between two codes; in: model, test codes, real images, out: images (Figures 3, 5) and distances.

Figures show a few pairs of test images. Many others are scored: how far the image decoded halfway between two codes is
from the nearest training image, beside the same for the two ends, so that blur is not mistaken for leaving the data.
"""

import argparse
import json
from pathlib import Path

import numpy as np
import torch

from bench.engine.build import decode, device_of, load_models
from bench.job.command import run
from bench.measures.manifold import drawn_pairs, nearest, rms, true_midpoints
from bench.models.base.autoencoder import Autoencoder
from bench.records.data import load
from bench.records.files import read_array, write_array, write_rows
from bench.records.origin import origin
from bench.records.spec import read_spec


def interpolate(z: np.ndarray, pairs: int, steps: int) -> np.ndarray:
    """Return codes [p, steps, d] from one test code to another, both ends included.

    The pairs are the same for every variant and seed. The released code never reaches its second end
    (docs/protocol.md, row 16).
    """
    ends = z[drawn_pairs("pairs", pairs, len(z))]
    t = np.linspace(0, 1, steps)[:, None]
    return ends[:, :1] * (1 - t) + ends[:, 1:] * t


def distances(
    model: Autoencoder,
    ends: np.ndarray,
    real: np.ndarray,
    truth: np.ndarray | None,
    device: torch.device,
) -> dict[str, float]:
    """Return mean distances of what is decoded from pairs of codes [m, 2, d]; NaN for a diverged seed's codes.

    From the nearest of the real images, uint8 [n, c, h, w]: `off_manifold:ends` and `off_manifold:middle`. From the
    true images halfway [m, c, h, w], where they are known: `midpoint_error`.
    """
    middle = decode(model, ends.mean(1), device)
    images = np.concatenate([middle, decode(model, ends.reshape(-1, ends.shape[-1]), device)])
    away = nearest(images, real, device)
    found = {"off_manifold:ends": away[len(middle) :].mean(), "off_manifold:middle": away[: len(middle)].mean()}
    if truth is not None:
        found["midpoint_error"] = rms(middle, truth).mean()
    return found if np.isfinite(ends).all() else dict.fromkeys(found, np.nan)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("spec", "model", "codes", "data", "out", "metrics"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--settings", type=json.loads, required=True)
    parser.add_argument("--device", required=True)
    arguments = parser.parse_args()
    spec, device = read_spec(arguments.spec), device_of(arguments.device)
    pairs, steps, scored = (arguments.settings[key] for key in ("pairs", "steps", "scored"))
    models = load_models(spec, arguments.model, device)
    codes = read_array(arguments.codes / "test.npy")
    lines = [interpolate(z, pairs, steps).reshape(-1, spec.latent) for z in codes]
    images = np.stack([decode(model, z, device) for model, z in zip(models, lines, strict=True)])
    write_array(arguments.out, images.reshape(len(models), -1, steps, *spec.shape))
    many = drawn_pairs("scored pairs", scored, codes.shape[1])
    truth, real = true_midpoints(arguments.data, many), load(arguments.data, "train")[0]
    rows: list[tuple[int, str, float]] = []
    for seed, model, z in zip(spec.seeds, models, codes, strict=True):
        found = distances(model, z[many], real, truth, device) | {"count:pairs": len(many)}
        rows += [(seed, name, value) for name, value in found.items()]
    write_rows(arguments.metrics, rows, origin("interpolate", arguments.spec))
    print(f"interpolated {spec.name}: {pairs} pairs of {steps} steps, {len(many)} scored")


if __name__ == "__main__":
    run(main)
