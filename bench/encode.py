"""Rule `encode`: the codes of all images; in: model and data, out: codes/train.npy and codes/test.npy."""

import argparse
from pathlib import Path

import numpy as np

from bench.command import run
from bench.data import load
from bench.files import write_array
from bench.run import device_of, encode, load_models
from bench.spec import read_spec


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("spec", "model", "data", "out"):
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


if __name__ == "__main__":
    run(main)
