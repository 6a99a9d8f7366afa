"""linear: 32x32 grey images that are a linear function of a few independent factors, so that their rank is known.

x = 0.5 + sum_k s_k u_k B_k: the B_k are orthonormal patterns (the cosines of lowest frequency but the constant one),
the u_k uniform in [-1, 1], and no pixel leaves [0, 1]. "Linear autoencoders on synthetic data" are those of Implicit
Greedy Rank Learning (arXiv 2107.01301), whose own data nobody published; these are ours.
"""

from pathlib import Path

import numpy as np
from scipy.fft import idctn

from bench.datasets.base.splits import Split, Splits, slices
from bench.job.command import Stop
from bench.records.stream import stream

SIDE = 32
CHUNK = 4096
SIGNS = 4  # of the first factors make the label
LEAST = 0.01  # a factor with less of the largest one's variance would not count in a rank (config: spectrum.thresholds)


def load(data_root: Path, *, train: int, test: int, rank: int, smallest: float) -> Splits:
    """Return `train` and `test` images of `rank` factors; the variance of the last is `smallest` of the first's.

    Variances fall by a constant factor from each to the next. Rounding to 256 levels adds a variance of
    (1/255)^2 / 12 in every direction. The label is the joint class of the signs of the first factors: at most 16.
    """
    if min(train, test) < 1 or not 1 <= rank < SIDE**2 or not LEAST < smallest <= 1:
        raise Stop(
            f"linear: train {train}, test {test}, rank {rank}, smallest {smallest}; each needs at least one image, "
            f"rank is 1 to {SIDE**2 - 1}, smallest above {LEAST} and at most 1"
        )
    source = f"Generated: 32x32 grey images, a linear function of {rank} independent uniform factors"
    splits = (split(name, count, rank, smallest) for name, count in (("train", train), ("test", test)))
    return Splits(f"linear, rank {rank}", source, 2 ** min(rank, SIGNS), (1, SIDE, SIDE), *splits)


def midpoints(pairs: np.ndarray, *, train: int, test: int, rank: int, smallest: float) -> np.ndarray:
    """Return the images halfway between test images, uint8 [n, 1, 32, 32]; pairs are their indices [n, 2]."""
    return draw(factors("test", test, rank)[pairs].mean(1), smallest)


def split(name: str, count: int, rank: int, smallest: float) -> Split:
    """Return the first `count` images of the stream called `name`."""
    u = factors(name, count, rank)
    positive = u[:, :SIGNS] > 0
    labels = positive @ (2 ** np.arange(positive.shape[1]))
    return Split(labels.astype(np.int64), (draw(u[part], smallest) for part in slices(count, CHUNK)))


def factors(name: str, count: int, rank: int) -> np.ndarray:
    """Return the uniform factors, float64 [count, rank]; the first rows do not depend on the count."""
    return stream(0, "linear", name).uniform(-1, 1, (count, rank))


def draw(u: np.ndarray, smallest: float) -> np.ndarray:
    """Draw factors [n, rank] as uint8 images [n, 1, 32, 32]."""
    x = 0.5 + np.tensordot(u, scaled_patterns(u.shape[1], smallest), 1)
    return (255 * x[:, None]).round().astype(np.uint8)


def scaled_patterns(rank: int, smallest: float) -> np.ndarray:
    """Return the patterns s_k B_k, float64 [rank, 32, 32], as large as they can be without a pixel that clips."""
    row, column = np.divmod(np.arange(SIDE**2), SIDE)
    chosen = np.lexsort([column, row, row**2 + column**2])[1 : rank + 1]  # the first is the constant
    waves = np.zeros((rank, SIDE, SIDE))
    waves[np.arange(rank), row[chosen], column[chosen]] = np.sqrt(np.geomspace(1, smallest, rank))
    patterns = idctn(waves, axes=(1, 2), norm="ortho")
    return 0.5 * patterns / np.abs(patterns).sum(0).max()
