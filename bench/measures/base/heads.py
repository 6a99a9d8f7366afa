"""Table 2's classifiers: the head, the heads of many seeds as one, their labelled images and what they yield."""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from bench.records.stream import stream, stream_seed

HELD_OUT = 1000  # training images that early stopping looks at, at most


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


class Draw(NamedTuple):
    """What a classifier learns from and what may stop it: indices of labelled [n] and held-out [h] training images.

    Its seed and n name its initial head, the order of its batches and its dropout.
    """

    seed: int
    labelled: np.ndarray
    held_out: np.ndarray


class Errors(NamedTuple):
    """Errors in percent of classifiers on the test images and on those held out, both [evaluations, s]."""

    test: np.ndarray
    held_out: np.ndarray


def initial(build: Callable[[], nn.Module], draw: Draw) -> nn.Module:
    """Return the network a draw starts from, the same for every variant."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(stream_seed(draw.seed, "head", len(draw.labelled)))
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


def draws(labels: np.ndarray, budget: int, rule: str, seeds: Sequence[int]) -> list[Draw]:
    """Return what the classifiers of some seeds learn from, the same for every variant: one per seed.

    Held out are images that are not labelled. A budget that is the whole set leaves none: each seed then has two
    classifiers, the second ones behind all first ones. The second learns from what is left when some are held out.
    """
    subsets = [labelled_subset(labels, budget, rule, seed) for seed in seeds]
    if budget < len(labels):
        return [Draw(seed, own, held_out(len(labels), own, seed)) for seed, own in zip(seeds, subsets, strict=True)]
    held = [held_out(len(labels), np.array([], dtype=int), seed) for seed in seeds]
    rest = [np.setdiff1d(own, out) for own, out in zip(subsets, held, strict=True)]
    return [Draw(*each) for each in zip([*seeds, *seeds], [*subsets, *rest], [*held, *held], strict=True)]


def held_out(count: int, labelled: np.ndarray, seed: int) -> np.ndarray:
    """Return the indices of a tenth of `count` training images, at most `HELD_OUT`, that are not labelled; fewer where
    fewer are left. The order in which a seed takes them is the same for all its budgets.
    """
    order = stream(seed, "held out").permutation(count)
    return order[~np.isin(order, labelled)][: min(HELD_OUT, count // 10)]


def error_rows(names: Sequence, budget: int, errors: Errors) -> Iterator[tuple]:
    """Yield a budget's test errors, by the names of its seeds: of the best evaluation, of the last, and of the one with
    the least error on held-out images, the first of equals. Of two classifiers of a seed, that one is the second.
    """
    stopped = errors.held_out.argmin(axis=0)
    for place, name in enumerate(names):
        second = place - len(names)
        yield name, f"error:{budget}:best", float(errors.test[:, place].min())
        yield name, f"error:{budget}:last", float(errors.test[-1, place])
        yield name, f"error:{budget}:held_out", float(errors.test[stopped[second], second])
