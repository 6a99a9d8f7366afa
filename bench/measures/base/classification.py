"""Classification from codes with few and many labels (Table 2)."""

from collections.abc import Iterator, Sequence
from functools import partial

import numpy as np
import torch
from torch import Tensor

from bench.measures.base.classifiers import train_classifiers
from bench.measures.base.heads import Errors, Head, Heads, budgets, draws, error_rows, initial


class Codes:
    """The codes of every seed, train [s, n, d] and test [s, m, d], on the device; `rows` are those in use, in order."""

    def __init__(self, train_codes: Tensor, test_codes: Tensor, rows: Sequence[int] | None = None) -> None:
        self.train_codes, self.test_codes = train_codes, test_codes
        self.rows = torch.tensor(range(len(train_codes)) if rows is None else rows, device=train_codes.device)

    def train(self, index: Tensor) -> Tensor:
        # As rows of one matrix, which are fetched faster than entries of a stack.
        flat = index + self.rows[:, None] * self.train_codes.shape[1]
        return self.train_codes.flatten(0, 1).index_select(0, flat.flatten()).unflatten(0, index.shape)

    def test(self, part: slice) -> Tensor:
        return self.test_codes[self.rows, part]

    def repeated(self, times: int) -> "Codes":
        """Return the same codes with every row in use so many times."""
        return Codes(self.train_codes, self.test_codes, self.rows.tolist() * times)

    def finite(self) -> np.ndarray:
        """Tell for every row in use whether all its codes are finite (a diverged seed has NaN)."""
        each = [codes.flatten(1).isfinite().all(1) for codes in (self.train_codes, self.test_codes)]
        return (each[0] & each[1])[self.rows].cpu().numpy()


def classify(
    seeds: Sequence[int],
    codes: Codes,
    labels: Tensor,
    test_labels: Tensor,
    settings: dict,
    names: Sequence | None = None,
) -> Iterator[tuple]:
    """Yield (seed, `error:BUDGET:READING`, percent) for every row of codes in use, the readings of `error_rows`.

    The seeds are those of the labelled images, the initial head and its order; the encoder stays as it is. `names`
    stand in the seeds' place where one seed classifies several rows.
    """
    size, classes = codes.train_codes.shape[-1], int(labels.max()) + 1
    build = partial(Head, size, settings["hidden"], classes)
    for budget in budgets(settings, len(labels)):
        drawn = draws(labels.cpu().numpy(), budget, settings["subset"], seeds)
        inputs = codes.repeated(len(drawn) // len(seeds))
        heads = Heads([initial(build, draw) for draw in drawn])
        test, held_out = train_classifiers([heads], inputs, labels, test_labels, drawn, settings)
        yield from error_rows(names or seeds, budget, Errors(np.where(inputs.finite(), test, np.nan), held_out))
