"""When to look at networks in training, and what is seen: steps evenly spaced in the logarithm, and rows."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from bench.models.base.autoencoder import Autoencoder

Row = tuple[int, int, str, float]  # seed, step, metric, value


@dataclass(frozen=True)
class Looks:
    """Looks at every seed's model after some optimiser steps; `look` maps a model to metrics and leaves it as it is."""

    steps: frozenset[int]
    look: Callable[[Autoencoder], dict[str, float]]

    def rows(self, step: int, seeds: Sequence[int], models: Sequence[Autoencoder]) -> Iterator[Row]:
        """Yield what is seen after a step, nothing if it is none of `steps`."""
        if step in self.steps:
            with torch.no_grad():
                for seed, model in zip(seeds, models, strict=True):
                    seen = self.look(model.eval())  # in training mode a spectral norm would iterate
                    model.train()
                    yield from ((seed, step, metric, value) for metric, value in seen.items())

    def parts(self, chunk: Sequence[Tensor], taken: int) -> list[tuple[Tensor, ...]]:
        """Cut steps, the rows of tensors [n, ...], behind those after which there is a look; `taken` were before."""
        ends = [step - taken for step in sorted(self.steps) if taken < step < taken + len(chunk[0])]
        lengths = np.diff([0, *ends, len(chunk[0])]).tolist()
        return list(zip(*(tensor.split(lengths) for tensor in chunk), strict=True))


def log_spaced(total: int, count: int) -> list[int]:
    """Return at most `count` steps from 1 to `total`, both included, evenly spaced in the logarithm."""
    return sorted({round(step) for step in np.geomspace(1, total, count)}) if total else []


def looked_at(total: int, usual: int, count: int) -> frozenset[int]:
    """Return the steps for a training of `total` steps where others take the `usual` number: theirs and its end."""
    return frozenset(step for step in log_spaced(usual, count) if step <= total) | ({total} if total else set())
