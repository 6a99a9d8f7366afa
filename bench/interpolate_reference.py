"""Rule `interpolate_reference`: the distances of rule `interpolate` without a model; in: images, out: floor, ceiling.

The floor is the distance of real test images to the nearest training image; the ceiling that of two images blended
pixel by pixel, which is no image of its kind, unless the data are linear. Models are scored on the same pairs.
"""

import argparse
import json
from pathlib import Path

import numpy as np
import torch

from bench.engine.build import device_of
from bench.job.command import run
from bench.measures.manifold import drawn_pairs, nearest, rms, true_midpoints
from bench.records.data import load
from bench.records.files import read_json, write_rows
from bench.records.origin import origin


def interpolate_reference(
    ends: np.ndarray, real: np.ndarray, truth: np.ndarray | None, device: torch.device
) -> list[tuple[int, str, float]]:
    """Return the rows for pairs of images (uint8 [m, 2, c, h, w]); `real` and `truth` as `interpolate.distances`."""
    blends = ends.mean(1).round().astype(np.uint8)
    rows = [
        (0, "off_manifold:real", nearest(ends.reshape(-1, *ends.shape[2:]), real, device).mean()),
        (0, "off_manifold:blend", nearest(blends, real, device).mean()),
    ]
    return rows if truth is None else [*rows, (0, "midpoint_error:blend", rms(blends, truth).mean())]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("data", "metrics"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--settings", type=json.loads, required=True)
    parser.add_argument("--device", required=True)
    arguments = parser.parse_args()
    real, images = (load(arguments.data, split)[0] for split in ("train", "test"))
    pairs = drawn_pairs("scored pairs", arguments.settings["scored"], len(images))
    truth = true_midpoints(arguments.data, pairs)
    rows = interpolate_reference(images[pairs], real, truth, device_of(arguments.device))
    data = read_json(arguments.data / "data.json")["sha256"]["train.npy"]
    write_rows(arguments.metrics, rows, origin("interpolate_reference", data_sha256=data))
    print(f"reference {arguments.data}: " + ", ".join(f"{name} {value:.4f}" for _, name, value in rows))


if __name__ == "__main__":
    run(main)
