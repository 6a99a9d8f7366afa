"""Rule `reference`: what models are held against; in: images, out: their features, floors and ceilings.

Kept are the features of the reference split, and of a part of the other one for those who want that reference. Of FID
the floor is the distance of real images of the other split, in two halves (rows of seeds 0 and 1), the ceiling that of
uniform noise. Of interpolations the floor is the distance of real test images to the nearest training image, the
ceiling that of two images blended pixel by pixel, which is no image of its kind, unless the data are linear. Models are
scored on the same pairs.
"""

from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from torch import Tensor
from torch_fidelity.feature_extractor_base import FeatureExtractorBase

from bench.measures.base.features import Reference, features_to_fid, features_to_kid, images_to_features, load_extractor
from bench.measures.base.manifold import drawn_pairs, nearest, rms, true_midpoints
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
    described = [(name, seed, images_to_features(candidates, extractor, device)) for name, seed, candidates in sets]
    rows: list[tuple[int, str, float]] = []
    for name, seed, features in described:
        rows += [(seed, f"fid:{name}", features_to_fid(features, reference))]
        rows += [(seed, f"kid:{name}", features_to_kid(features, reference.features))]
        rows += [(seed, f"count:{name}", len(features))]
    return reference.features, described[0][2], rows


def halves(images: np.ndarray, count: int) -> list[np.ndarray]:
    """Return two disjoint sets of at most `count` images each, drawn at random."""
    size = min(count, len(images) // 2)
    order = stream(0, "halves").permutation(len(images))
    return [images[np.sort(order[i * size : (i + 1) * size])] for i in range(2)]


def noise_images(count: int, shape: tuple[int, ...]) -> np.ndarray:
    """Return uint8 images [count, c, h, w] of independent uniform pixels."""
    return stream(0, "noise images").integers(256, size=(count, *shape), dtype=np.uint8)


def interpolate_reference(
    ends: np.ndarray, real: np.ndarray, truth: np.ndarray | None, device: torch.device
) -> list[tuple[int, str, float]]:
    """Return the rows for pairs of images (uint8 [m, 2, c, h, w]); `real` and `truth` as `interpolation.distances`."""
    blends = ends.mean(1).round().astype(np.uint8)
    rows = [
        (0, "off_manifold:real", nearest(ends.reshape(-1, *ends.shape[2:]), real, device).mean()),
        (0, "off_manifold:blend", nearest(blends, real, device).mean()),
    ]
    return rows if truth is None else [*rows, (0, "midpoint_error:blend", rms(blends, truth).mean())]


def main(
    *,
    against: str,
    extractor: str,
    count: int,
    scored: int,
    data: Path,
    network: Path,
    features: Path,
    metrics: Path,
    device: torch.device,
) -> None:
    images, others = (load(data, split)[0] for split in (against, OTHER[against]))
    made_by = {"extractor": extractor, "weights_sha256": sha256(network)}
    kept, half, rows = fid_reference(images, others, count, load_extractor(extractor, network, device), device)
    with writing(features) as temporary:
        save_file({against: kept, OTHER[against]: half}, temporary, made_by)
    real, test = (load(data, split)[0] for split in ("train", "test"))
    pairs = drawn_pairs("scored pairs", scored, len(test))
    rows += interpolate_reference(test[pairs], real, true_midpoints(data, pairs), device)
    digest = read_json(data / "data.json")["sha256"]["train.npy"]
    write_rows(metrics, rows, origin("reference", data_sha256=digest, **made_by))
    print(f"reference {data}: " + ", ".join(f"{name} {value:.4f}" for _, name, value in rows))
