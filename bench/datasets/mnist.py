"""MNIST: 60,000 training, 10,000 test digits; official files under `data_root`/MNIST/raw."""

from pathlib import Path

from torchvision.datasets import MNIST

from bench.datasets.base.idx import load_official
from bench.datasets.base.splits import Splits


def load(data_root: Path) -> Splits:
    """Return MNIST, resized to 32x32; files that are not there are downloaded."""
    return load_official(data_root, MNIST)
