"""How far images decoded halfway between two codes are from real ones, by an extractor's features.

It is the FID that Regularized Autoencoders report of interpolations (arXiv 1903.12436, Table 1: "mid-point
interpolation between random pairs of test reconstructions"), on a scale that is the same for every extractor. No
distance of a single image would do: where data hold images that are nearly black, as the shapes do, a blank image is
nearer to the nearest real one than real images are to each other. A set of blank images is far from a set of real ones.
"""

from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from safetensors import safe_open
from torch_fidelity.feature_extractor_base import FeatureExtractorBase

from bench.measures.base.distances import decode_features
from bench.measures.base.features import Reference, features_to_fid
from bench.measures.base.pairs import rms
from bench.models.base.autoencoder import Autoencoder
from bench.records.files import intact

SCALE = "interpolation_fid"  # what the file of reference features and the table of controls call the scale


class Scale(NamedTuple):
    """FIDs from the training images: of real test images, and of pairs of them blended pixel by pixel."""

    real: float
    blend: float

    def share(self, fid: float) -> float:
        """Return a FID of as many images on the scale where the real ones have 0 and the blended ones 1."""
        return (fid - self.real) / (self.blend - self.real) if self.blend != self.real else np.nan


def read_scale(path: Path) -> Scale:
    """Return the scale that rule `reference` keeps beside the features of real images."""
    with safe_open(intact(path), framework="numpy") as file:
        return Scale(*file.get_tensor(SCALE).tolist())


def interpolation(
    model: Autoencoder,
    ends: np.ndarray,
    reference: Reference,
    scale: Scale,
    truth: np.ndarray | None,
    extractor: FeatureExtractorBase,
    device: torch.device,
) -> dict[str, float]:
    """Return how far what is decoded from pairs of codes [n, 2, d] is from real; NaN for a diverged seed's codes.

    `interpolation:middle` is of the means of two codes, `interpolation:ends` of as many codes themselves, the first of
    each pair: what reconstruction alone costs. Both on the `scale` of the features of real images. The mean distance of
    the middles from the true images halfway [n, c, h, w], where they are known, is `midpoint_error`.
    """
    finite = np.isfinite(ends).all()
    values = {}
    for name, z in (("middle", ends.mean(1)), ("ends", ends[:, 0])):
        features, images = decode_features(model, z, extractor, device)
        share = scale.share(features_to_fid(features, reference)) if finite else np.nan
        values[f"interpolation:{name}"] = share
        if truth is not None and name == "middle":
            values["midpoint_error"] = rms(images, truth).mean() if finite else np.nan
    return values
