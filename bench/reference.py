"""Rule `reference`: what models are held against; in: images, out: their features, and what controls score.

Kept are the features of the reference split, and of a part of the other one for those who want that reference. The
controls are sets of images whose worth is known, scored as a model's samples and its images halfway are: real ones of
the other split in two halves (rows of seeds 0 and 1), uniform noise, blank images and the pixel mean of the training
images, of which the last two are one image again and again. Interpolations are scored on a scale where the real test
images of the pairs have 0 and their pixels blended have 1; models are scored on the same pairs.
"""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from torch import Tensor

from bench.measures.base.distances import distances
from bench.measures.base.features import (
    Reference,
    features_to_fid,
    features_to_precision_recall,
    images_to_features,
    load_extractor,
)
from bench.measures.base.interpolation import SCALE, Scale
from bench.measures.base.pairs import SCORED, blended, drawn_pairs, rms, true_midpoints
from bench.records.data import load
from bench.records.files import read_json, sha256, write_rows, writing
from bench.records.origin import origin
from bench.records.stream import stream

OTHER = {"test": "train", "train": "test"}
Row = tuple[int, str, float]
Describe = Callable[[np.ndarray], Tensor]  # uint8 images [n, c, h, w] to features [n, f]


def halves(images: np.ndarray, count: int) -> list[np.ndarray]:
    """Return two disjoint sets of at most `count` images each, drawn at random."""
    size = min(count, len(images) // 2)
    order = stream(0, "halves").permutation(len(images))
    return [images[np.sort(order[i * size : (i + 1) * size])] for i in range(2)]


def noise_images(count: int, shape: tuple[int, ...]) -> np.ndarray:
    """Return uint8 images [count, c, h, w] of independent uniform pixels."""
    return stream(0, "noise images").integers(256, size=(count, *shape), dtype=np.uint8)


def unreal(train: np.ndarray, count: int, describe: Describe) -> dict[str, Tensor]:
    """Return features [count, f] of the controls that are no real images; `train` are uint8 images [n, c, h, w]."""
    mean = train.mean(0, dtype=np.float64).round().astype(np.uint8)
    constant = {"blank": np.zeros_like(mean), "mean": mean}
    repeated = {name: describe(image[None]).expand(count, -1) for name, image in constant.items()}
    return {"noise": describe(noise_images(count, mean.shape))} | repeated


def control_rows(name: str, seed: int, features: Tensor, reference: Reference) -> Iterator[Row]:
    """Yield what a control scores where samples are scored, and how many images it has."""
    precision, recall = features_to_precision_recall(features, reference.features)
    scores = distances(features, reference) | {"precision": precision, "recall": recall, "count": len(features)}
    yield from ((seed, f"{metric}:{name}", value) for metric, value in scores.items())


def interpolation_rows(fids: dict[str, float]) -> Iterator[Row]:
    """Yield what controls score where interpolations are scored, and the FIDs that its scale is made of."""
    scale = Scale(fids["real"], fids["blend"])
    yield from ((0, f"interpolation:{name}", scale.share(fid)) for name, fid in fids.items())
    yield from ((0, f"{SCALE}:{name}", fid) for name, fid in scale._asdict().items())


def main(
    *,
    against: str,
    extractor: str,
    count: int,
    pairs: int,
    data: Path,
    network: Path,
    features: Path,
    metrics: Path,
    device: torch.device,
) -> None:
    images = {split: load(data, split)[0] for split in OTHER}
    describe = partial(images_to_features, extractor=load_extractor(extractor, network, device), device=device)
    parts = [describe(half) for half in halves(images[OTHER[against]], count)]
    kept = {against: Reference(describe(images[against])), OTHER[against]: Reference(parts[0])}
    others = unreal(images["train"], count, describe)
    sets = [("real", seed, part) for seed, part in enumerate(parts)] + [
        (name, 0, part) for name, part in others.items()
    ]
    rows = [row for each in sets for row in control_rows(*each, kept[against])]

    scored = drawn_pairs(SCORED, pairs, len(images["test"]))
    ends = images["test"][scored]
    blends, truth = blended(ends), true_midpoints(data, scored)
    halfway = {"real": describe(ends[:, 0]), "blend": describe(blends)}
    halfway |= {name: part[: len(scored)] for name, part in others.items()}
    fids = {name: features_to_fid(part, kept["train"]) for name, part in halfway.items()}
    rows += interpolation_rows(fids)
    if truth is not None:
        rows.append((0, "midpoint_error:blend", rms(blends, truth).mean()))

    made_by = {"extractor": extractor, "weights_sha256": sha256(network)}
    scale = torch.tensor([fids["real"], fids["blend"]], dtype=torch.float64)
    with writing(features) as temporary:
        save_file({split: each.features for split, each in kept.items()} | {SCALE: scale}, temporary, made_by)
    digest = read_json(data / "data.json")["sha256"]["train.npy"]
    write_rows(metrics, rows, origin("reference", data_sha256=digest, **made_by))
    print(f"reference {data}: " + ", ".join(f"{name} {value:.4f}" for _, name, value in rows))
