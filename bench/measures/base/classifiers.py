"""Training Table 2's classifiers, those of all seeds at once; in: networks and their inputs, out: test errors."""

from collections.abc import Sequence
from functools import partial
from typing import Protocol

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from bench.engine.build import full_precision
from bench.engine.ensemble import Ensemble
from bench.engine.steps import CHUNK, Steps
from bench.job.progress import Progress
from bench.measures.base.heads import Draw, Errors
from bench.records.stream import stream, stream_seed

EVALUATION_BATCH = 1000


class Inputs(Protocol):
    """What classifiers read, both [s, b, ...]: training inputs by indices [s, b], test inputs by a slice."""

    def train(self, index: Tensor) -> Tensor: ...
    def test(self, part: slice) -> Tensor: ...


class Classifiers:
    """The classifiers of some draws in training.

    Each network serves as many of them as its share of the draws: inputs [s, b, ...] to logits [s, b, classes].
    """

    def __init__(
        self,
        networks: Sequence[nn.Module],
        inputs: Inputs,
        labels: Tensor,
        draws: Sequence[Draw],
        settings: dict,
    ) -> None:
        device = labels.device
        self.inputs, self.labels = inputs, labels
        groups = [[{"params": [*network.parameters()], "lr": settings["lr"]}] for network in networks]
        self.ensemble = Ensemble(networks, groups, device)
        self.keep, self.hidden = 1 - settings["dropout"], settings["hidden"]
        names = [(draw.seed, "dropout", len(draw.labelled)) for draw in draws]
        self.generators = [torch.Generator(device).manual_seed(stream_seed(*name)) for name in names]
        self.steps = Steps(record=device.type == "cuda")

    def train(self, order: Tensor) -> None:
        """Take a step with every batch of image indices [n, s, b]."""
        for index in order.split(CHUNK):
            self.steps.run(self.step, index, *([self.masks(index)] if self.keep < 1 else []))

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

    def test_errors(self, labels: Tensor) -> list[float]:
        """Return the share of wrongly classified test inputs of every classifier [s], in percent."""
        parts = [slice(start, start + EVALUATION_BATCH) for start in range(0, len(labels), EVALUATION_BATCH)]
        wrong = torch.stack([self.wrong(self.inputs.test(part), labels[part]) for part in parts]).sum(0)
        return (100 * wrong.double() / len(labels)).tolist()

    def held_out_errors(self, index: Tensor) -> list[float]:
        """Return the same of the training inputs of indices [s, h], few enough for one batch."""
        wrong = self.wrong(self.inputs.train(index), self.labels[index])
        return (100 * wrong.double() / index.shape[1]).tolist()

    @torch.no_grad()
    @full_precision()
    def wrong(self, inputs: Tensor, labels: Tensor) -> Tensor:
        """Return how many inputs [s, n, ...] every classifier [s] takes for another class than `labels` has."""
        logits = torch.cat([network(x) for network, x in self.split(inputs)])
        return (logits.argmax(-1) != labels).sum(1)


def train_classifiers(
    networks: Sequence[nn.Module],
    inputs: Inputs,
    labels: Tensor,
    test_labels: Tensor,
    draws: Sequence[Draw],
    settings: dict,
) -> Errors:
    """Train the classifiers of draws, as long as the first one's labelled images ask for; return their errors.

    Training is `epochs` of these, or more until there are `least_steps`, but no more than `most_steps`. Evaluations are
    made every `evaluate_every` epochs and after the last step.
    """
    classifiers = Classifiers(networks, inputs, labels, draws, settings)
    batch = min(settings["batch"], *(len(draw.labelled) for draw in draws))
    epoch = len(draws[0].labelled) // batch
    whole = max(settings["epochs"], -(-settings["least_steps"] // epoch)) * epoch
    progress = Progress(min(whole, settings["most_steps"] or whole), f"steps on {len(draws[0].labelled):,} labels")
    held_out = torch.from_numpy(np.stack([draw.held_out for draw in draws])).to(labels.device)
    test, held = [], []
    for start in range(0, progress.total, settings["evaluate_every"] * epoch):
        some = range(start, min(start + settings["evaluate_every"] * epoch, progress.total))
        images = np.stack([batches(draw, batch, some) for draw in draws], axis=1)
        classifiers.train(torch.from_numpy(images).to(labels.device))
        test.append(classifiers.test_errors(test_labels))
        held.append(classifiers.held_out_errors(held_out))
        progress.show(some.stop)
    return Errors(np.array(test), np.array(held))


def batches(draw: Draw, batch: int, steps: range) -> np.ndarray:
    """Return the labelled images [n, batch] of n steps of a draw's training; an epoch's incomplete last batch is left
    out.
    """
    count = len(draw.labelled)
    epoch = count // batch
    first, last = steps.start // epoch, (steps.stop - 1) // epoch
    orders = [
        stream(draw.seed, "head order", count, number + 1).permutation(count) for number in range(first, last + 1)
    ]
    rows = np.concatenate([order[: epoch * batch] for order in orders]).reshape(-1, batch)
    return draw.labelled[rows[steps.start - first * epoch :][: len(steps)]]


def _loss(network: nn.Module, x: Tensor, y: Tensor, masks: Tensor | None) -> Tensor:
    """Return the sum over a network's classifiers of their mean loss: they share no parameter."""
    logits = network(x, masks)
    return F.cross_entropy(logits.flatten(0, 1), y.flatten(), reduction="sum") / y.shape[1]
