"""Reading what rule `fetch` wrote: images as memory-mapped uint8, labels as int64."""

from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from bench.job.command import Stop
from bench.records.files import read_array


def load(folder: Path | str, split: str) -> tuple[np.ndarray, np.ndarray]:
    """Return images (memory-mapped uint8 [n, c, h, w]) and labels (int64 [n]) of split `train` or `test`."""
    paths = [Path(folder) / f"{split}.npy", Path(folder) / f"{split}_labels.npy"]
    for path in paths:
        if not path.exists():
            raise Stop(f"{path} is missing: run the rule `fetch` for this data set")
    images, labels = read_array(paths[0]), np.array(read_array(paths[1]))
    if len(images) != len(labels):
        raise Stop(f"{paths[0]} holds {len(images)} images and its label file {len(labels)}: fetch it again")
    return images, labels


def to_unit(images: np.ndarray) -> Tensor:
    """Return uint8 images as a float tensor in [0, 1]."""
    return torch.from_numpy(np.array(images)).to(torch.get_default_dtype()) / 255
