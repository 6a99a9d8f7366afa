"""Training Table 2's classifiers, those of all seeds at once; in: networks and their inputs, out: test errors."""

from collections.abc import Sequence
from functools import partial
from typing import Protocol

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from bench.engine.ensemble import Ensemble
from bench.engine.steps import CHUNK, Steps
from bench.job.progress import Progress
from bench.measures.base.heads import labelled_subset
from bench.records.stream import stream, stream_seed

EVALUATION_BATCH = 1000


class Inputs(Protocol):
    """What classifiers read, both [s, b, ...]: training inputs by indices [s, b], test inputs by a slice."""

    def train(self, index: Tensor) -> Tensor: ...
    def test(self, part: slice) -> Tensor: ...


class Classifiers:
    """The classifiers of some draws (seeds of labels, order and dropout) in training.

    Each network serves as many of them as its share of the draws: inputs [s, b, ...] to logits [s, b, classes].
    """

    def __init__(
        self,
        networks: Sequence[nn.Module],
        inputs: Inputs,
        labels: Tensor,
        draws: Sequence[int],
        budget: int,
        settings: dict,
    ) -> None:
        device = labels.device
        self.inputs, self.labels = inputs, labels
        groups = [[{"params": [*network.parameters()], "lr": settings["lr"]}] for network in networks]
        self.ensemble = Ensemble(networks, groups, device)
        self.keep, self.hidden = 1 - settings["dropout"], settings["hidden"]
        self.generators = [torch.Generator(device).manual_seed(stream_seed(s, "dropout", budget)) for s in draws]
        self.steps = Steps(self.step, record=device.type == "cuda")

    def train(self, order: Tensor) -> None:
        """Take a step with every batch of image indices [n, s, b]."""
        for index in order.split(CHUNK):
            self.steps.run(index, *([self.masks(index)] if self.keep < 1 else []))

    def step(self, index: Tensor, masks: Tensor | None = None) -> None:
        """Take one optimiser step on images of indices [s, b] with dropout masks [s, 2, b, hidden]."""
        parts = self.split(self.inputs.train(index), self.labels[index], masks)
        self.ensemble.step([partial(_loss, *part) for part in parts])

    def masks(self, index: Tensor) -> Tensor:
        """Draw the dropout masks of both hidden layers, [n, s, 2, b, hidden], for indices [n, s, b]."""
        shape = (len(index), 2, index.shape[2], self.hidden)
        uniform = torch.stack([torch.rand(shape, generator=g, device=index.device) for g in self.generators], dim=1)
        return (uniform < self.keep) / self.keep

    def split(self, *tensors: Tensor | None) -> list[tuple]:
        """Return each network with its share of the tensors [s, ...]."""
        count = len(self.ensemble.models)
        shares = [[None] * count if tensor is None else tensor.chunk(count) for tensor in tensors]
        return [*zip(self.ensemble.models, *shares, strict=True)]

    def errors(self, labels: Tensor) -> list[float]:
        """Return the share of wrongly classified test inputs of every classifier [s], in percent."""
        wrong = torch.zeros(len(self.generators), device=labels.device)
        with torch.no_grad():
            for start in range(0, len(labels), EVALUATION_BATCH):
                part = slice(start, start + EVALUATION_BATCH)
                logits = torch.cat([network(x) for network, x in self.split(self.inputs.test(part))])
                wrong += (logits.argmax(-1) != labels[part]).sum(1)
        return (100 * wrong.double() / len(labels)).tolist()


def train_classifiers(
    networks: Sequence[nn.Module],
    inputs: Inputs,
    labels: Tensor,
    test_labels: Tensor,
    draws: Sequence[int],
    budget: int,
    settings: dict,
    steps: int | None = None,
) -> np.ndarray:
    """Train the classifiers of `draws` on `budget` labels; return their test errors in percent [evaluations, s].

    Evaluations are made every `evaluate_every` epochs and after the last step; `steps` ends training early.
    """
    classifiers = Classifiers(networks, inputs, labels, draws, budget, settings)
    values = labels.cpu().numpy()
    subsets = np.stack([labelled_subset(values, budget, settings["subset"], seed) for seed in draws])
    batch, errors = min(settings["batch"], budget), []
    whole, every = settings["epochs"] * (budget // batch), settings["evaluate_every"]
    left = min(whole, steps or whole)
    progress = Progress(left, f"steps on {budget:,} labels")
    for epoch in range(0, settings["epochs"], every):
        epochs = range(epoch, min(epoch + every, settings["epochs"]))
        order = np.concatenate([epoch_order(draws, budget, batch, number) for number in epochs])[:left]
        images = np.take_along_axis(subsets[None], order.reshape(len(order), len(draws), -1), axis=2)
        classifiers.train(torch.from_numpy(images).to(labels.device))
        errors.append(classifiers.errors(test_labels))
        left -= len(order)
        progress.show(progress.total - left)
        if left == 0:
            break
    return np.array(errors)


def epoch_order(draws: Sequence[int], budget: int, batch: int, epoch: int) -> np.ndarray:
    """Return an epoch's positions in the subset [steps, s, batch]; an incomplete last batch is left out."""
    steps = budget // batch
    orders = [stream(seed, "head order", budget, epoch + 1).permutation(budget) for seed in draws]
    return np.stack([order[: steps * batch].reshape(steps, batch) for order in orders], axis=1)


def _loss(network: nn.Module, x: Tensor, y: Tensor, masks: Tensor | None) -> Tensor:
    """Return the sum over a network's classifiers of their mean loss: they share no parameter."""
    logits = network(x, masks)
    return F.cross_entropy(logits.flatten(0, 1), y.flatten(), reduction="sum") / y.shape[1]
