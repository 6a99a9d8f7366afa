"""FashionMNIST: 60,000 training, 10,000 test images; official files under `data_root`/FashionMNIST/raw."""

from pathlib import Path

from torchvision.datasets import FashionMNIST

from bench.datasets.base.idx import load_official
from bench.datasets.base.splits import Splits

# MD5s of the unpacked files, taken of the archives whose MD5s torchvision lists.
UNPACKED = {
    "train-images-idx3-ubyte": "f4a8712d7a061bf5bd6d2ca38dc4d50a",
    "train-labels-idx1-ubyte": "9018921c3c673c538a1fc5bad174d6f9",
    "t10k-images-idx3-ubyte": "8181f5470baa50b63fa0f6fddb340f0a",
    "t10k-labels-idx1-ubyte": "15d484375f8d13e6eb1aabb0c3f46965",
}


def load(data_root: Path) -> Splits:
    """Return FashionMNIST, resized to 32x32; files that are not there are downloaded."""
    return load_official(data_root, FashionMNIST, UNPACKED)
