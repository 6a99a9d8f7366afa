"""Lines that say how far a job is: `progress 3.5/10 epochs  loss 0.01234  5,120 images/s  42 s left`.

One every few seconds at most: a log stays short, and a GPU is not asked for a loss after every step.
`bench.watch` reads them.
"""

import re
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

SECONDS = 5.0  # between two lines
LINE = re.compile(r"progress (([\d.]+)/([\d.]+) .*)  (\d+) s left")


class Told(NamedTuple):
    """What a line says: units done and in all, its words up to the time left, the seconds left."""

    done: float
    total: float
    words: str
    left: float


def read_progress(line: str) -> Told | None:
    """Return what a line says of progress, None if that is nothing."""
    match = LINE.fullmatch(line)
    return Told(float(match[2]), float(match[3]), match[1], float(match[4])) if match else None


class Progress:
    """Tells of `total` units; `begun` were done earlier. `rate` is what a unit holds of something: (5000, "images").

    What is left is computed from the mean speed so far.
    """

    def __init__(self, total: int, units: str, begun: float = 0, rate: tuple[int, str] | None = None) -> None:
        self.total, self.units, self.begun, self.rate = total, units, begun, rate
        self.started = self.shown = time.monotonic()

    def show(self, done: float, note: Callable[[], str] | None = None) -> None:
        """Print a line, with a note computed for it, if the last one is old enough."""
        now = time.monotonic()
        if now - self.shown < SECONDS:
            return
        self.shown = now
        speed = (done - self.begun) / (now - self.started)  # units per second
        parts = [f"progress {round(done, 2)}/{self.total} {self.units}"]
        parts += [note()] if note else []
        parts += [f"{speed * self.rate[0]:,.0f} {self.rate[1]}/s"] if self.rate else []
        print("  ".join([*parts, f"{(self.total - done) / speed:.0f} s left"]), flush=True)


def track(items: Sequence[Any], units: str) -> Iterator[Any]:
    """Yield items and tell how many are done."""
    progress = Progress(len(items), units)
    for done, item in enumerate(items, start=1):
        yield item
        progress.show(done)
