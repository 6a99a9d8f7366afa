"""What a measure is given: one seed's trained model, its codes and its data."""

import importlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from bench.engine import build
from bench.models.base.autoencoder import Autoencoder
from bench.records.data import load
from bench.records.spec import Spec


@dataclass(frozen=True)
class Trained:
    """A trained model of one seed, ready for inference on `device`, with what it was trained and is tested on.

    `unfolded` is the model as it was trained, before `finish`; `codes` are those of the `train` and `test` images,
    float32 [n, d]; those of a seed that diverged are NaN. `data` is the folder of the data set.

    A measure is a file `bench/measures/<name>.py` with a function `measure(trained, *, its options)` that yields pairs
    of a metric's name and its value for this seed. Its keyword-only arguments are its options in the config. It never
    fails on codes that are not finite: its values are NaN then. Metrics of different measures have different names.
    """

    spec: Spec
    seed: int
    model: Autoencoder
    unfolded: Autoencoder
    codes: Mapping[str, np.ndarray]
    data: Path
    device: torch.device

    def images(self, split: str) -> np.ndarray:
        """Return the images of a split, memory-mapped uint8 [n, c, h, w]."""
        return load(self.data, split)[0]

    def labels(self, split: str) -> np.ndarray:
        """Return the labels of a split, int64 [n]."""
        return load(self.data, split)[1]

    def drawn(self, split: str) -> np.ndarray | None:
        """Return codes of a split drawn from the model's posterior, float32 [n, d]; None if it has none."""
        if self.model.posterior(torch.zeros(1, *self.spec.shape, device=self.device)) is None:
            return None
        return build.draw_codes(self.model, self.images(split), split, self.seed, self.device)

    def decode(self, z: np.ndarray) -> np.ndarray:
        """Map codes [n, d] to uint8 images [n, c, h, w]."""
        return build.decode(self.model, z, self.device)


def measured(trained: Trained, measures: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[int, str, float]]:
    """Yield (seed, metric, value) of every measure, given by its name and options."""
    for name, options in measures.items():
        module = importlib.import_module(f"bench.measures.{name}")
        for metric, value in module.measure(trained, **options):
            yield trained.seed, metric, value
