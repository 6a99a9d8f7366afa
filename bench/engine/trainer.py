"""The seeds of a run in training: a step, an epoch, and what the models do before the last epochs."""

from functools import partial

import torch
from torch import Tensor

from bench.engine.batches import epoch_batches
from bench.engine.build import initial_model
from bench.engine.ensemble import Ensemble
from bench.engine.steps import Steps
from bench.job.progress import Progress
from bench.models.base.autoencoder import Autoencoder
from bench.records.spec import Spec


class Trainer:
    """The seeds of a run in training on uint8 images [n, c, h, w]."""

    def __init__(self, spec: Spec, images: Tensor) -> None:
        self.spec, self.images = spec, images
        self.ensemble = start(spec, images)
        self.total = torch.zeros(len(spec.seeds), device=images.device)  # of the epoch's losses [s]
        self.record = images.device.type == "cuda" and self.ensemble.models[0].recorded
        self.steps = Steps(self.step, self.record)
        epochs = spec.training.epochs
        self.settles = epochs - round(self.ensemble.models[0].settled_share * epochs)  # the epoch before which it does

    def step(self, index: Tensor, noise: Tensor | None = None) -> None:
        """Train on the images of indices [s, b] with noise [s, ...]."""
        x = (self.images[index].to(torch.get_default_dtype()) / 255).unbind()
        noises = [None] * len(x) if noise is None else noise.unbind()
        losses = [partial(m.loss, *inputs) for m, *inputs in zip(self.ensemble.models, x, noises, strict=True)]
        found = self.ensemble.step(losses)
        self.total += torch.stack(found)
        for index, (model, loss) in enumerate(zip(self.ensemble.models, found, strict=True)):
            if model.after_step(loss):
                self.ensemble.forget(index)

    def settle(self) -> None:
        """Let every model prepare the last epochs, in which other parameters may be trained."""
        batch = min(self.spec.training.batch, len(self.images))
        with torch.no_grad():
            for model in self.ensemble.models:
                model.settle(self.images, batch)
        self.ensemble = ensemble(self.spec, self.ensemble.models, self.images.device)
        self.steps = Steps(self.step, self.record)

    def epoch(self, number: int, progress: Progress | None = None) -> list[float]:
        """Train one pass and return the mean loss of every seed; tell of epochs and their loss so far."""
        self.total.zero_()
        count = 0
        batches = epoch_batches(self.ensemble.models[0], self.spec, len(self.images), number, self.images.device)
        for chunk in batches:
            self.steps.run(*chunk)
            count += len(chunk[0])
            if progress:
                share = count * chunk[0].shape[2] / len(self.images)
                progress.show(number + share, partial(self._loss, count))
        return (self.total / count).tolist()

    def _loss(self, count: int) -> str:
        return f"loss {(self.total.mean() / count).item():.5f}"


def start(spec: Spec, images: Tensor) -> Ensemble:
    """Return the seeds' models at their initial weights, on the images' device."""
    models = [initial_model(spec, seed) for seed in spec.seeds]
    whole = ensemble(spec, models, images.device)
    for name, fitted in models[0].fit(images).items():  # a closed form has no seed
        for model in models:
            model.get_buffer(name).copy_(fitted)
    return whole


def ensemble(spec: Spec, models: list[Autoencoder], device: torch.device) -> Ensemble:
    """Return models under one optimiser, each at the learning rates it asks for."""
    return Ensemble(models, [model.groups(spec.training.lr) for model in models], device)
