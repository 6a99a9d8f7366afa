"""Table 2's classifiers, trained for all seeds at once: the head, its labelled subsets, its optimisation."""

from collections.abc import Callable, Iterator
from typing import Protocol

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.func import functional_call, stack_module_state, vmap

from bench.stream import stream, stream_seed

EVALUATION_BATCH = 1000


class Head(nn.Module):
    """Multilayer perceptron with two hidden ReLU layers (section 4.3); inputs [n, d] to logits [n, classes].

    Dropout masks [n, hidden] come in as arguments so that a seed's masks do not depend on the other seeds.
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


class Inputs(Protocol):
    """What classifiers read, both [s, b, ...]: training inputs by indices [s, b], test inputs by a slice."""

    def train(self, index: Tensor) -> Tensor: ...
    def test(self, part: slice) -> Tensor: ...


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


def epoch_order(seeds: tuple[int, ...], budget: int, batch: int, epoch: int) -> np.ndarray:
    """Return an epoch's positions in the subset [s, steps, batch]; an incomplete last batch is left out."""
    steps = budget // batch
    orders = [stream(seed, "head order", budget, epoch).permutation(budget) for seed in seeds]
    return np.stack(orders)[:, : steps * batch].reshape(len(seeds), steps, batch)


class Classifiers:
    """One classifier per seed in training: stacked parameters [s, ...] under one Adam."""

    def __init__(
        self,
        build: Callable[[], nn.Module],
        seeds: tuple[int, ...],
        budget: int,
        settings: dict,
        device: torch.device,
    ) -> None:
        models = [_initial(build, seed, budget).to(device) for seed in seeds]
        self.template, (self.parameters, _) = models[0], stack_module_state(models)
        self.optimiser = torch.optim.Adam(self.parameters.values(), lr=settings["lr"], fused=True)
        self.keep, self.hidden = 1 - settings["dropout"], settings["hidden"]
        self.generators = [torch.Generator(device).manual_seed(stream_seed(s, "dropout", budget)) for s in seeds]

    def logits(self, x: Tensor, masks: Tensor | None = None) -> Tensor:
        """Map inputs [s, b, ...] to logits [s, b, classes]."""

        def one(parameters: dict, x: Tensor, masks: Tensor | None) -> Tensor:
            return functional_call(self.template, parameters, (x, masks))

        return vmap(one, in_dims=(0, 0, None if masks is None else 0))(self.parameters, x, masks)

    def step(self, x: Tensor, y: Tensor) -> None:
        """Take one optimiser step on inputs [s, b, ...] and labels [s, b]."""
        logits = self.logits(x, self.masks(x) if self.keep < 1 else None)
        # Sum over seeds of their mean loss: the seeds share no parameter, so each gets its own gradient.
        loss = F.cross_entropy(logits.flatten(0, 1), y.flatten(), reduction="sum") / y.shape[1]
        self.optimiser.zero_grad()
        loss.backward()
        self.optimiser.step()

    def masks(self, x: Tensor) -> Tensor:
        """Draw the dropout masks of both hidden layers, [s, 2, b, hidden]; each seed has its own stream."""
        shape = (2, x.shape[1], self.hidden)
        uniform = torch.stack([torch.rand(shape, generator=g, device=x.device) for g in self.generators])
        return (uniform < self.keep) / self.keep

    def errors(self, inputs: Inputs, labels: Tensor) -> list[float]:
        """Return the share of wrongly classified test inputs of every seed [s], in percent."""
        wrong = torch.zeros((), device=labels.device)
        with torch.no_grad():
            for start in range(0, len(labels), EVALUATION_BATCH):
                part = slice(start, start + EVALUATION_BATCH)
                wrong = wrong + (self.logits(inputs.test(part)).argmax(-1) != labels[part]).sum(1)
        return (100 * wrong.double() / len(labels)).tolist()


def train_classifiers(
    build: Callable[[], nn.Module],
    inputs: Inputs,
    labels: Tensor,
    test_labels: Tensor,
    seeds: tuple[int, ...],
    budget: int,
    settings: dict,
    steps: int | None = None,
) -> np.ndarray:
    """Train one classifier per seed on `budget` labels; return its test errors in percent [evaluations, s].

    Evaluations are made every `evaluate_every` epochs and after the last step; `steps` ends training early.
    """
    classifiers = Classifiers(build, seeds, budget, settings, labels.device)
    values = labels.cpu().numpy()
    subsets = np.stack([labelled_subset(values, budget, settings["subset"], seed) for seed in seeds])
    batch, errors = min(settings["batch"], budget), []
    left = steps or settings["epochs"] * (budget // batch)
    for epoch in range(1, settings["epochs"] + 1):
        order = epoch_order(seeds, budget, batch, epoch)[:, :left]
        rows = np.arange(len(seeds))[:, None, None]
        for index in torch.from_numpy(subsets[rows, order]).to(labels.device).unbind(1):
            classifiers.step(inputs.train(index), labels[index])
        left -= order.shape[1]
        done = left == 0 or epoch == settings["epochs"]
        if done or epoch % settings["evaluate_every"] == 0:
            errors.append(classifiers.errors(inputs, test_labels))
        if done:
            break
    return np.array(errors)


def _initial(build: Callable[[], nn.Module], seed: int, budget: int) -> nn.Module:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(stream_seed(seed, "head", budget))
        return build()


def error_rows(seeds: tuple[int, ...], budget: int, errors: np.ndarray) -> Iterator[tuple[int, str, float]]:
    """Yield a budget's metrics from errors [evaluations, s]: the best evaluation and the last."""
    for seed, column in zip(seeds, errors.T, strict=True):
        yield seed, f"error:{budget}:best", float(column.min())
        yield seed, f"error:{budget}:last", float(column[-1])
