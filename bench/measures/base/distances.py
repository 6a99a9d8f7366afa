"""How far decoded codes are from real images: FID and KID, by the features that rule `reference` keeps (Table 1)."""

from pathlib import Path

import numpy as np
import torch
from safetensors import safe_open
from torch_fidelity.feature_extractor_base import FeatureExtractorBase

from bench.engine.build import decode
from bench.job.command import Stop
from bench.measures.base.features import Reference, features_to_fid, features_to_kid, images_to_features
from bench.models.base.autoencoder import Autoencoder
from bench.records.files import intact, sha256

SHOWN = 100  # decoded samples kept per seed, for the 10 x 10 grids of Figures 6 and 7


def read_reference(path: Path, weights: Path, device: torch.device) -> tuple[dict[str, Reference], dict[str, str]]:
    """Return the features of the real images by split, on the device, and which network's they are.

    Stops if another network made them.
    """
    with safe_open(intact(path), framework="pt", device=device.type) as file:
        network = {key: file.metadata()[key] for key in ("extractor", "weights_sha256")}
        if network["weights_sha256"] != sha256(weights):
            raise Stop(f"{path} was made with other weights than {weights}: delete it and run again")
        return {split: Reference(file.get_tensor(split)) for split in file.keys()}, network  # noqa: SIM118


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
