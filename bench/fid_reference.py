"""Rule `fid_reference`: what samples are held against; in: images, out: their features, floor and ceiling.

Kept are the features of the reference split, and of a part of the other one for those who want that reference.
The floor is the distance of real images of the other split, in two halves (rows of seeds 0 and 1); the ceiling
is that of uniform noise. A model's samples belong between them.
"""

import argparse
import json
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from torch import Tensor
from torch_fidelity.feature_extractor_base import FeatureExtractorBase

from bench.engine.build import device_of
from bench.job.command import run
from bench.measures.features import Reference, features_to_fid, features_to_kid, images_to_features, load_extractor
from bench.records.data import load
from bench.records.files import read_json, sha256, write_rows, writing
from bench.records.origin import origin
from bench.records.stream import stream

OTHER = {"test": "train", "train": "test"}


def fid_reference(
    images: np.ndarray, others: np.ndarray, count: int, extractor: FeatureExtractorBase, device: torch.device
) -> tuple[Tensor, Tensor, list[tuple[int, str, float]]]:
    """Return features [n, f] of images (uint8 [n, c, h, w]) and of a half of `others`, and the rows of floor
    (from `others`) and ceiling.
    """
    reference = Reference(images_to_features(images, extractor, device))
    sets = [("real", seed, half) for seed, half in enumerate(halves(others, count))]
    sets.append(("noise", 0, noise_images(count, images.shape[1:])))
    found = [(name, seed, images_to_features(candidates, extractor, device)) for name, seed, candidates in sets]
    rows: list[tuple[int, str, float]] = []
    for name, seed, features in found:
        rows += [(seed, f"fid:{name}", features_to_fid(features, reference))]
        rows += [(seed, f"kid:{name}", features_to_kid(features, reference.features))]
        rows += [(seed, f"count:{name}", len(features))]
    return reference.features, found[0][2], rows


def halves(images: np.ndarray, count: int) -> list[np.ndarray]:
    """Return two disjoint sets of at most `count` images each, drawn at random."""
    size = min(count, len(images) // 2)
    order = stream(0, "halves").permutation(len(images))
    return [images[np.sort(order[i * size : (i + 1) * size])] for i in range(2)]


def noise_images(count: int, shape: tuple[int, ...]) -> np.ndarray:
    """Return uint8 images [count, c, h, w] of independent uniform pixels."""
    return stream(0, "noise images").integers(256, size=(count, *shape), dtype=np.uint8)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("data", "extractor", "out", "metrics"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--settings", type=json.loads, required=True)
    parser.add_argument("--device", required=True)
    arguments = parser.parse_args()
    settings, device = arguments.settings, device_of(arguments.device)
    split, name = settings["reference"], settings["extractor"]
    images, others = (load(arguments.data, s)[0] for s in (split, OTHER[split]))
    extractor = load_extractor(name, arguments.extractor, device)
    features, half, rows = fid_reference(images, others, settings["count"], extractor, device)
    network = {"extractor": name, "weights_sha256": sha256(arguments.extractor)}
    with writing(arguments.out) as temporary:
        save_file({split: features, OTHER[split]: half}, temporary, network)
    data = read_json(arguments.data / "data.json")["sha256"]["train.npy"]
    write_rows(arguments.metrics, rows, origin("fid_reference", data_sha256=data, **network))
    print(f"reference {arguments.data} {split}: {len(features)} images, {name} features")


if __name__ == "__main__":
    run(main)
