"""What a data set is, and how grey digits become one."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from PIL import Image


@dataclass(frozen=True)
class Split:
    """Labels, int64 [n], and chunks of uint8 images [m, c, h, w], n together, made as they are asked for."""

    labels: np.ndarray
    chunks: Iterable[np.ndarray]


@dataclass(frozen=True)
class Splits:
    """A data set: its title in tables, its source in one sentence, its images' shape (c, h, w)."""

    title: str
    source: str
    classes: int
    shape: tuple[int, int, int]
    train: Split
    test: Split


def slices(count: int, size: int) -> Iterator[slice]:
    """Cut `count` items into slices of `size`, the last one shorter."""
    for start in range(0, count, size):
        yield slice(start, min(start + size, count))


def digits_split(images: np.ndarray, labels: np.ndarray) -> Split:
    """Return grey images [n, 28, 28] as a split of images [n, 1, 32, 32], resized as in the released code."""
    return Split(labels.astype(np.int64), (resize(images[part], 32) for part in slices(len(images), 4096)))


def resize(images: np.ndarray, side: int) -> np.ndarray:
    """Resize grey images [n, h, w] to [n, 1, side, side] as torchvision's Resize on PIL images does."""
    resized = [Image.fromarray(image).resize((side, side), Image.Resampling.BILINEAR) for image in images]
    return np.stack([np.asarray(image) for image in resized])[:, None]
