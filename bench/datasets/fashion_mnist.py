"""FashionMNIST: 60,000 training, 10,000 test images; official files under `data_root`/FashionMNIST/raw."""

from pathlib import Path

from torchvision.datasets import FashionMNIST

from bench.datasets.base.idx import load_official
from bench.datasets.base.splits import Splits


def load(data_root: Path) -> Splits:
    """Return FashionMNIST, resized to 32x32; files that are not there are downloaded."""
    return load_official(data_root, FashionMNIST)
