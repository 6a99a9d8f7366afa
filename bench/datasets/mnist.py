"""MNIST: 60,000 training, 10,000 test digits; official files under `data_root`/MNIST/raw."""

from pathlib import Path

from torchvision.datasets import MNIST

from bench.datasets.base.idx import load_official
from bench.datasets.base.splits import Splits

# MD5s of the unpacked files, taken of the archives whose MD5s torchvision lists.
UNPACKED = {
    "train-images-idx3-ubyte": "6bbc9ace898e44ae57da46a324031adb",
    "train-labels-idx1-ubyte": "a25bea736e30d166cdddb491f175f624",
    "t10k-images-idx3-ubyte": "2646ac647ad5339dbf082846283269ea",
    "t10k-labels-idx1-ubyte": "27ae3e4e09519cfbb04c329615203637",
}


def load(data_root: Path) -> Splits:
    """Return MNIST, resized to 32x32; files that are not there are downloaded."""
    return load_official(data_root, MNIST, UNPACKED)
