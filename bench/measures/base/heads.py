"""Table 2's classifiers: the head, the heads of many seeds as one, their labelled images and what they yield."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import torch
from torch import Tensor, nn

from bench.records.stream import stream, stream_seed


class Head(nn.Module):
    """Multilayer perceptron with two hidden ReLU layers (section 4.3); inputs [n, d] to logits [n, classes].

    Dropout masks [2, n, hidden] come in as arguments so that a seed's masks do not depend on the other seeds.
    """

    def __init__(self, inputs: int, hidden: int, classes: int) -> None:
        super().__init__()
        self.hidden = nn.ModuleList([nn.Linear(inputs, hidden), nn.Linear(hidden, hidden)])
        self.out = nn.Linear(hidden, classes)

    def forward(self, z: Tensor, masks: Tensor | None = None) -> Tensor:
        for index, layer in enumerate(self.hidden):
            z = layer(z).relu()
            z = z if masks is None else z * masks[index]
        return self.out(z)


class Heads(nn.Module):
    """Several heads as one network: inputs [s, n, d] to logits [s, n, classes], dropout masks [s, 2, n, hidden].

    A head is too small to keep a machine busy: stacked, their products are one batched product.
    """

    def __init__(self, heads: Sequence[Head]) -> None:
        super().__init__()
        layers = [*zip(*([*head.hidden, head.out] for head in heads), strict=True)]
        self.weights = nn.ParameterList(torch.stack([one.weight.T for one in layer]) for layer in layers)
        self.biases = nn.ParameterList(torch.stack([one.bias[None] for one in layer]) for layer in layers)

    def forward(self, z: Tensor, masks: Tensor | None = None) -> Tensor:
        *hidden, out = zip(self.weights, self.biases, strict=True)
        for index, (weight, bias) in enumerate(hidden):
            z = torch.baddbmm(bias, z, weight).relu()
            z = z if masks is None else z * masks[:, index]
        return torch.baddbmm(out[1], z, out[0])


def initial(build: Callable[[], nn.Module], seed: int, budget: int) -> nn.Module:
    """Return the network a seed starts from with a number of labels, the same for every variant."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(stream_seed(seed, "head", budget))
        return build()


def budgets(settings: dict, count: int) -> list[int]:
    """Return the numbers of labels that `count` training images allow; larger ones become the whole set."""
    return sorted({min(budget, count) for budget in settings["budgets"]})


def labelled_subset(labels: np.ndarray, budget: int, rule: str, seed: int) -> np.ndarray:
    """Return the indices [budget] of the labelled images of a seed, the same for every variant.

    `first` is the released code's rule, the first images of the training set. `stratified` takes equally many
    of every class, as far as the budget goes, at random.
    """
    if rule == "first":
        return np.arange(budget)
    order = stream(seed, "labels", budget).permutation(len(labels))
    turn = np.empty(len(labels), dtype=np.int64)  # an image's place among those of its class
    for value in np.unique(labels):
        mine = order[labels[order] == value]
        turn[mine] = np.arange(len(mine))
    return np.sort(order[np.argsort(turn[order], kind="stable")][:budget])


def error_rows(names: Sequence, budget: int, errors: np.ndarray) -> Iterator[tuple]:
    """Yield a budget's metrics from errors [evaluations, s], the names of the s: the best evaluation and the last."""
    for name, column in zip(names, errors.T, strict=True):
        yield name, f"error:{budget}:best", float(column.min())
        yield name, f"error:{budget}:last", float(column[-1])
