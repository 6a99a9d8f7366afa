"""Shapes: 32x32 images of one filled circle or square on black, drawn from seven uniform factors, or five in grey."""

from pathlib import Path
from typing import Literal

import numpy as np

from bench.datasets.base.splits import Split, Splits, slices
from bench.job.command import Stop
from bench.records.stream import stream

SIDE = 32
CHUNK = 4096
# Factor: how many values it has and the smallest (paper, supplement). Kind 0 is the circle, 1 the square.
FORM = {"kind": (2, 0), "x": (17, 8), "y": (17, 8), "size": (6, 3)}
CHANNELS = {"rgb": ("red", "green", "blue"), "grey": ("brightness",)}
# Philox makes four 64-bit words per step of its counter; an image owns two steps, enough for seven factors.
STEPS, WORDS = 2, 8


def load(
    data_root: Path,
    *,
    train: int,
    test: int,
    square: Literal["centre", "corner"],
    colours: Literal["rgb", "grey"],
) -> Splits:
    """Return `train` and `test` images; (x, y) is a square's `centre` (paper) or `corner` (released code).

    The label is the joint class of the binned factors: kind (2) x quadrant of (x, y) (4) x size below 6 or not (2) x
    octant of the RGB cube (8) = 128 classes, or dark or bright (2) = 32 in grey, so that a classifier has to see all
    of them.
    """
    if square not in ("centre", "corner"):
        raise Stop(f"shapes: square is {square!r}; choose centre or corner")
    if colours not in CHANNELS:
        raise Stop(f"shapes: colours is {colours!r}; choose rgb or grey")
    if train < 1 or test < 1:
        raise Stop(f"shapes: {train} train and {test} test images asked for; each needs at least one")
    kind, count = {"rgb": "RGB", "grey": "grey"}[colours], len(CHANNELS[colours])
    source = f"Generated: 32x32 {kind}, one filled circle or square on black; (x, y) is a square's {square}"
    splits = (split(name, count, square, colours) for name, count in (("train", train), ("test", test)))
    title = "shapes" if colours == "rgb" else "shapes (grey)"
    return Splits(title, source, 2 ** (len(FORM) + count), (count, SIDE, SIDE), *splits)


def split(name: str, count: int, square: str, colours: str) -> Split:
    """Return the first `count` images of the stream called `name`."""
    chunks = (draw(factors(name, part, colours), square) for part in slices(count, CHUNK))
    return Split(joint_class(factors(name, slice(0, count), colours)), chunks)


def factors(name: str, part: slice, colours: str) -> dict[str, np.ndarray]:
    """Return the factors, int64 [n] each, of a stream's images `part`: functions of the index alone, the channels last.

    In grey and in colour an image has the same kind, place and size, and is as bright as it is red. A channel is
    uniform on [0, 1], as in the released code, rounded to the nearest of the 256 levels that a pixel can hold: 0 and
    255 are half as frequent as the others, and half of all are 128 or more.
    """
    counter = stream(0, "shapes", name).bit_generator
    counter.advance(part.start * STEPS)
    words = counter.random_raw((part.stop - part.start) * WORDS).reshape(-1, WORDS) >> np.uint64(32)
    # A 32-bit word times the count, over 2^32, is uniform to within 1e-7; half of 2^32 before the division rounds.
    form = {
        factor: (word * np.uint64(count) >> np.uint64(32)).astype(np.int64) + smallest
        for word, (factor, (count, smallest)) in zip(words[:, : len(FORM)].T, FORM.items(), strict=True)
    }
    levels = (words[:, len(FORM) :] * np.uint64(255) + np.uint64(1 << 31) >> np.uint64(32)).astype(np.int64)
    return form | dict(zip(CHANNELS[colours], levels.T, strict=False))


def draw(f: dict[str, np.ndarray], square: str) -> np.ndarray:
    """Draw factors [n] as uint8 images [n, c, 32, 32]; what lies outside the frame is cut off.

    Discs, and squares from their corner, hold the pixels that OpenCV fills for the released code.
    """
    size = f["size"][:, None, None]
    dx = np.arange(SIDE)[None, None, :] - f["x"][:, None, None]
    dy = np.arange(SIDE)[None, :, None] - f["y"][:, None, None]
    circle = dx**2 + dy**2 <= size**2  # 2 size + 1 across
    if square == "centre":
        box = (abs(dx) <= size) & (abs(dy) <= size)  # side 2 size + 1
    else:
        box = (dx >= 0) & (dx <= size) & (dy >= 0) & (dy <= size)  # side size + 1
    mask = np.where(f["kind"][:, None, None] == 0, circle, box)
    colour = np.stack(list(channels(f).values()), axis=1).astype(np.uint8)
    return mask[:, None] * colour[:, :, None, None]


def joint_class(f: dict[str, np.ndarray]) -> np.ndarray:
    """Return the joint class of the binned factors, int64 [n] in 0..127, in grey 0..31."""
    bright = [value >= 128 for value in channels(f).values()]
    bits = [f["kind"], f["y"] >= 16, f["x"] >= 16, f["size"] >= 6, *bright]
    return sum(bit.astype(np.int64) << place for place, bit in enumerate(reversed(bits)))


def channels(f: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return those factors that are values of a channel."""
    return {name: value for name, value in f.items() if name not in FORM}
