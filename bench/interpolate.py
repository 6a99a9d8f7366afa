"""Rule `interpolate`: images between two codes (Figures 3 and 5); in: model, test codes; out: images."""

import argparse
import json
from pathlib import Path

import numpy as np

from bench.command import run
from bench.files import write_array
from bench.run import decode, device_of, load_models
from bench.spec import read_spec
from bench.stream import stream


def interpolate(z: np.ndarray, pairs: int, steps: int) -> np.ndarray:
    """Return codes [pairs, steps, d] from one test code to another, both ends included.

    The pairs are the same for every variant and seed. The released code never reaches its second end
    (docs/protocol.md, row 16).
    """
    ends = z[stream(0, "pairs").choice(len(z), size=(pairs, 2), replace=False)]
    t = np.linspace(0, 1, steps)[:, None]
    return ends[:, :1] * (1 - t) + ends[:, 1:] * t


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("spec", "model", "codes", "out"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--settings", type=json.loads, required=True)
    parser.add_argument("--device", required=True)
    arguments = parser.parse_args()
    spec, device = read_spec(arguments.spec), device_of(arguments.device)
    pairs, steps = arguments.settings["pairs"], arguments.settings["steps"]
    models = load_models(spec, arguments.model, device)
    codes = np.load(arguments.codes / "test.npy", mmap_mode="r")
    lines = [interpolate(z, pairs, steps).reshape(pairs * steps, -1) for z in codes]
    images = np.stack([decode(model, z, device) for model, z in zip(models, lines, strict=True)])
    write_array(arguments.out, images.reshape(len(models), pairs, steps, *spec.shape))
    print(f"interpolated {spec.name}: {pairs} pairs of {steps} steps")


if __name__ == "__main__":
    run(main)
