"""Rule `fid`: how far samples are from real images (Table 1); in: sampled codes, out: FID, KID, images."""

import argparse
import json
from pathlib import Path

import numpy as np
import torch
from safetensors import safe_open
from safetensors.numpy import load_file
from safetensors.torch import load_file as load_features
from torch_fidelity.feature_extractor_base import FeatureExtractorBase

from bench.engine.build import decode, device_of, load_models
from bench.job.command import Stop, run
from bench.measures.features import Reference, features_to_fid, features_to_kid, images_to_features, load_extractor
from bench.models.base.autoencoder import Autoencoder
from bench.records.files import intact, sha256, write_array, write_rows
from bench.records.origin import origin
from bench.records.spec import read_spec

SHOWN = 100  # decoded samples kept per seed, for the 10 x 10 grids of Figures 6 and 7


def read_reference(path: Path, weights: Path, device: torch.device) -> tuple[dict[str, Reference], dict[str, str]]:
    """Return the features of the real images by split, on the device, and which network's they are.

    Stops if another network made them.
    """
    with safe_open(intact(path), framework="pt") as file:
        network = {key: file.metadata()[key] for key in ("extractor", "weights_sha256")}
        if network["weights_sha256"] != sha256(weights):
            raise Stop(f"{path} was made with other weights than {weights}: delete it and run again")
    features = load_features(path, device=device.type)
    return {split: Reference(of_split) for split, of_split in features.items()}, network


def fid(
    model: Autoencoder, z: np.ndarray, reference: Reference, extractor: FeatureExtractorBase, device: torch.device
) -> tuple[dict[str, float], np.ndarray]:
    """Return {fid, kid} of decoded codes [n, d] and the first images; NaN for a diverged seed's codes."""
    images = decode(model, z, device)
    if not np.isfinite(z).all():
        return {"fid": np.nan, "kid": np.nan}, images[:SHOWN]
    features = images_to_features(images, extractor, device)
    metrics = {"fid": features_to_fid(features, reference), "kid": features_to_kid(features, reference.features)}
    return metrics, images[:SHOWN]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("spec", "model", "samples", "reference", "extractor", "metrics", "gaussian", "gmm"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--settings", type=json.loads, required=True)
    parser.add_argument("--device", required=True)
    arguments = parser.parse_args()
    spec, device = read_spec(arguments.spec), device_of(arguments.device)
    references, network = read_reference(arguments.reference, arguments.extractor, device)
    reference = references[arguments.settings["reference"]]
    extractor = load_extractor(arguments.settings["extractor"], arguments.extractor, device)
    models, samples = load_models(spec, arguments.model, device), load_file(intact(arguments.samples))
    rows: list[tuple[int, str, float]] = []
    for density in ("gaussian", "gmm"):
        found = [fid(m, z, reference, extractor, device) for m, z in zip(models, samples[density], strict=True)]
        write_array(getattr(arguments, density), np.stack([images for _, images in found]))
        for seed, (metrics, _) in zip(spec.seeds, found, strict=True):
            rows += [(seed, f"{name}:{density}", value) for name, value in metrics.items()]
    for seed in spec.seeds:
        rows += [(seed, "count:samples", samples["gmm"].shape[1]), (seed, "count:reference", len(reference.features))]
    write_rows(arguments.metrics, rows, origin("fid", arguments.spec, **network))
    print(f"fid of {spec.name}: " + " ".join(f"{m} {v:.2f}" for _, m, v in rows if m.startswith("fid")))


if __name__ == "__main__":
    run(main)
