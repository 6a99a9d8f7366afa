"""Named random streams: all randomness of the suite is a function of a seed and of the axes that should
change it.

Axes are chosen so that comparisons are paired: the order of the batches depends on the seed and the epoch and
not on the variant, so every variant sees the same batches; the labelled subset depends on the seed and the
budget; and so on.
"""

import hashlib

import numpy as np


def stream_seed(seed: int, *axes: str | int) -> int:
    """Return a 63-bit integer, the hash of a seed and named axes, e.g. `stream_seed(0, "order", epoch)`."""
    digest = hashlib.sha256(repr((int(seed), *axes)).encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1  # torch takes seeds as signed 64-bit integers


def stream(seed: int, *axes: str | int) -> np.random.Generator:
    """Return the NumPy generator of a seed and named axes."""
    return np.random.Generator(np.random.Philox(stream_seed(seed, *axes)))
