"""FID of sample sets against one reference: ours against a call of torch-fidelity's `calculate_metrics` per set.

The networks have random weights, which cost what trained ones do. TF32 is off in both ways, or they would not
give the same number.
"""

import math
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from torch.utils.data import Dataset
from torch_fidelity import KEY_METRIC_FID, calculate_metrics

from bench.measures.base.features import NETWORKS, Reference, features_to_fid, images_to_features, load_extractor
from benchmarks.random_network import write_random_in_domain, write_random_inception
from benchmarks.side_by_side import Line, seconds, times_as_fast

GOAL = 2.0  # times as fast as torch-fidelity
TOLERANCE = 1e-3  # between the two numbers, relative or absolute
SIZES = {  # sets, images of each and of the reference, rounds; Inception on a CPU would take hours at the size of a GPU
    ("in_domain", "cpu"): (20, 1000, 3),
    ("in_domain", "cuda"): (20, 1000, 3),
    ("inception", "cpu"): (3, 64, 1),
    ("inception", "cuda"): (20, 10000, 1),
}
WRITERS = {"in_domain": write_random_in_domain, "inception": write_random_inception}


class Images(Dataset):
    """Uint8 images [n, 3, h, w] as torch-fidelity takes them."""

    def __init__(self, images: np.ndarray) -> None:
        self.images = torch.from_numpy(images)

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, index: int) -> torch.Tensor:
        return self.images[index]


@dataclass(frozen=True)
class Task:
    """Sample sets and a reference, uint8 [n, 3, 32, 32] each, and a network of the config with weights of a file."""

    network: str
    weights: Path
    sets: list[np.ndarray]
    reference: np.ndarray
    device: torch.device
    fids: dict[str, list[float]] = field(default_factory=dict)  # the FIDs of the sets, by way

    def ours(self) -> None:
        extractor = load_extractor(self.network, self.weights, self.device)
        reference = Reference(images_to_features(self.reference, extractor, self.device))
        features = (images_to_features(images, extractor, self.device) for images in self.sets)
        self.fids["ours"] = [features_to_fid(of_set, reference) for of_set in features]

    def plain(self) -> None:
        with torch.backends.cudnn.flags(enabled=True, allow_tf32=False):
            self.fids["plain"] = [self.calculated(images) for images in self.sets]

    def calculated(self, images: np.ndarray) -> float:
        return calculate_metrics(
            input1=Images(images),
            input2=Images(self.reference),
            fid=True,
            cuda=self.device.type == "cuda",
            cache=False,
            save_cpu_ram=True,  # no worker processes: with images in memory, half the time of the default
            verbose=False,
            feature_extractor=NETWORKS[self.network][0],
            feature_extractor_weights_path=str(self.weights),
        )[KEY_METRIC_FID]


def pictures(count: int, brightest: int, generator: np.random.Generator) -> np.ndarray:
    """Return uint8 images [count, 3, 32, 32] of one random grey level each, with some noise."""
    levels = generator.integers(brightest, size=(count, 1, 1, 1), dtype=np.uint8)
    return levels + generator.integers(50, size=(count, 3, 32, 32), dtype=np.uint8)


def compare(network: str, weights: Path, device: torch.device) -> Line:
    """Measure a line; an assertion fails where the two ways disagree."""
    count, images, rounds = SIZES[network, device.type]
    generator = np.random.default_rng(0)
    sets = [pictures(images, 100 + 5 * index, generator) for index in range(count)]
    task = Task(network, weights, sets, pictures(images, 200, generator), device)
    warm_up = Task(network, weights, [sets[0][:8]], task.reference[:8], device)  # the whole would take minutes
    warm_up.ours()
    warm_up.plain()
    times = [{"ours": seconds(task.ours, device), "plain": seconds(task.plain, device)} for _ in range(rounds)]
    for ours, plain in zip(task.fids["ours"], task.fids["plain"], strict=True):
        assert math.isclose(ours, plain, rel_tol=TOLERANCE, abs_tol=TOLERANCE), (network, ours, plain)
    ratio, detail = times_as_fast({way: [t[way] for t in times] for way in ("ours", "plain")}, "ours", "plain")
    what = f"FID, {network}: {count} sets of {images:,} images, reference of {images:,}"
    return Line(what, "calculate_metrics per set, TF32 off", ratio, "x", GOAL, detail | {"rounds": rounds})


def measure(device: torch.device) -> list[Line]:
    """Measure the small extractor and Inception."""
    with tempfile.TemporaryDirectory() as folder:
        lines = []
        for network, write in WRITERS.items():
            weights = Path(folder) / network
            write(weights)
            lines.append(compare(network, weights, device))
        return lines
