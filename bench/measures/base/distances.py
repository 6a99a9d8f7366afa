"""How far decoded codes are from real images, by the features that rule `reference` keeps (Table 1)."""

from pathlib import Path

import numpy as np
import torch
from safetensors import safe_open
from torch import Tensor
from torch_fidelity.feature_extractor_base import FeatureExtractorBase

from bench.engine.build import decode
from bench.job.command import Stop
from bench.measures.base.features import Reference, features_to_fid, features_to_kid, images_to_features
from bench.models.base.autoencoder import Autoencoder
from bench.records.files import intact, sha256

SPLITS = ("train", "test")


def read_reference(path: Path, weights: Path, device: torch.device) -> tuple[dict[str, Reference], dict[str, str]]:
    """Return the features of the real images by split, on the device, and which network's they are.

    Stops if another network made them.
    """
    with safe_open(intact(path), framework="pt", device=device.type) as file:
        network = {key: file.metadata()[key] for key in ("extractor", "weights_sha256")}
        if network["weights_sha256"] != sha256(weights):
            raise Stop(f"{path} was made with other weights than {weights}: delete it and run again")
        return {split: Reference(file.get_tensor(split)) for split in SPLITS}, network


def decode_features(
    model: Autoencoder, z: np.ndarray, extractor: FeatureExtractorBase, device: torch.device
) -> tuple[Tensor | None, np.ndarray]:
    """Return features [n, f] of decoded codes [n, d], none for a diverged seed's codes, and the uint8 images."""
    images = decode(model, z, device)
    return images_to_features(images, extractor, device) if np.isfinite(z).all() else None, images


def distances(features: Tensor | None, reference: Reference) -> dict[str, float]:
    """Return {fid, kid} of features [n, f]; NaN where there are none."""
    if features is None:
        return {"fid": np.nan, "kid": np.nan}
    return {"fid": features_to_fid(features, reference), "kid": features_to_kid(features, reference.features)}
