"""The training loop, all seeds of a run at once: from initial weights or a checkpoint, epoch by epoch, to the last."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace
from functools import partial
from typing import Any

import torch
from torch import Tensor

from bench.engine.batches import epoch_batches, without_first
from bench.engine.build import initial_model
from bench.engine.checkpoint import Checkpoint
from bench.engine.ensemble import Ensemble
from bench.engine.steps import PER_REPLAY, Steps, wait_for
from bench.engine.trajectory import Looks, Row
from bench.job.command import Stop, stopping_itself
from bench.job.progress import Progress
from bench.models.base.autoencoder import Autoencoder
from bench.records.spec import Spec

# Least time between two checkpoints, and in how many times the time that one takes there is another: saving takes some
# tenths of a second per 100 MB, half of it for the digest, and Adam's moments of CelebA's networks have gigabytes.
CHECKPOINT_SECONDS, CHECKPOINT_SHARE = 5.0, 20
PIECE = 2 * PER_REPLAY  # steps between two looks at whether the job is told to stop
TOTAL = "epoch.total"  # in a checkpoint, the sums of an unfinished epoch's losses
NO_LOOKS = Looks(frozenset(), lambda model: {})


@dataclass
class Result:
    """What training gives: the seeds' parameters and buffers by name [s, ...], mean losses [epochs][s], what was seen
    along the way, wall time, and how much of it the looks took.
    """

    state: dict[str, Tensor]
    history: list[list[float]] = field(default_factory=list)
    trajectory: list[Row] = field(default_factory=list)
    seconds: float = 0.0
    looking: float = 0.0
    within: int = 0  # steps taken in an epoch that is not finished
    recorded: bool = False  # whether steps were replayed from a CUDA graph

    def notes(self) -> dict[str, Any]:
        """Return all but the state, as a checkpoint keeps it."""
        return {each.name: getattr(self, each.name) for each in fields(self) if each.name != "state"}


def train(spec: Spec, images: Tensor, checkpoint: Checkpoint, looks: Looks = NO_LOOKS) -> Result:
    """Train a run on uint8 images [n, c, h, w], from its checkpoint if there is one.

    Told to stop (SIGTERM, SIGINT), it keeps a checkpoint of the steps it has taken and ends the process.
    """
    trainer = Trainer(spec, images)
    done = _resume(trainer, checkpoint)
    saved, pause = time.monotonic(), CHECKPOINT_SECONDS
    epochs = spec.training.epochs if trainer.ensemble.optimiser else 0
    progress = Progress(epochs, "epochs", len(done.history), (len(spec.seeds) * len(images), "images"))
    with stopping_itself() as told:
        for epoch in range(len(done.history), epochs):
            begun = time.monotonic()
            if epoch == trainer.settles and not done.within:
                trainer.settle()
            trainer.epoch(epoch, done, looks, progress, told)
            done.seconds += time.monotonic() - begun
            if told() or time.monotonic() - saved > pause:
                saving = time.monotonic()
                checkpoint.save(trainer.tensors(), done.notes())
                saved = time.monotonic()
                pause = max(CHECKPOINT_SECONDS, CHECKPOINT_SHARE * (saved - saving))
            if told():
                break
    if trainer.settles >= epochs:
        trainer.settle()
    done.state = trainer.ensemble.state()
    return done


class Trainer:
    """The seeds of a run in training on uint8 images [n, c, h, w]."""

    def __init__(self, spec: Spec, images: Tensor) -> None:
        self.spec, self.images = spec, images
        self.ensemble = start(spec, images)
        self.total = torch.zeros(len(spec.seeds), device=images.device)  # of the epoch's losses [s]
        self.record = images.device.type == "cuda" and self.ensemble.models[0].recorded
        self.steps = Steps(self.record)
        epochs = spec.training.epochs
        self.settles = epochs - round(self.ensemble.models[0].settled_share * epochs)  # the epoch before which it does

    def step(self, index: Tensor, noise: Tensor | None = None) -> None:
        """Train on the images of indices [s, b] with noise [s, ...]."""
        x = (self.images[index].to(torch.get_default_dtype()) / 255).unbind()
        noises = [None] * len(x) if noise is None else noise.unbind()
        losses = [partial(m.loss, *inputs) for m, *inputs in zip(self.ensemble.models, x, noises, strict=True)]
        losses_before = self.ensemble.step(losses)
        self.total += torch.stack(losses_before)
        for index, (model, loss) in enumerate(zip(self.ensemble.models, losses_before, strict=True)):
            if model.after_step(loss):
                self.ensemble.forget(index)

    def settle(self) -> None:
        """Let every model prepare the last epochs, in which other parameters may be trained."""
        batch = min(self.spec.training.batch, len(self.images))
        with torch.no_grad():
            for model in self.ensemble.models:
                model.settle(self.images, batch)
        self.ensemble = ensemble(self.spec, self.ensemble.models, self.images.device)
        self.steps = Steps(self.record)

    def epoch(
        self,
        number: int,
        done: Result,
        looks: Looks = NO_LOOKS,
        progress: Progress | None = None,
        told: Callable[[], bool] = lambda: False,
    ) -> None:
        """Train one pass, or what is left of it; add the mean loss of every seed and what is seen to `done`.

        Told to stop it ends sooner, and `done.within` has the steps it has taken. `progress` is told how far it is.
        """
        if not done.within:
            self.total.zero_()
        batches = epoch_batches(self.ensemble.models[0], self.spec, len(self.images), number, self.images.device)
        before = number * (len(self.images) // min(self.spec.training.batch, len(self.images)))
        for chunk in without_first(batches, done.within):
            for part in looks.parts(chunk, before + done.within):
                for piece in zip(*(tensor.split(PIECE) for tensor in part), strict=True):
                    if told():
                        return
                    self.steps.run(self.step, *piece)
                    done.within += len(piece[0])
                if before + done.within in looks.steps:
                    wait_for(self.images.device)  # or a look would seem to take what is left of training
                begun = time.monotonic()
                done.trajectory += looks.rows(before + done.within, self.spec.seeds, self.ensemble.models)
                done.looking += time.monotonic() - begun
            if progress:
                share = done.within * chunk[0].shape[2] / len(self.images)
                progress.show(number + share, partial(self._loss, done.within))
        done.history.append((self.total / done.within).tolist())
        done.within, done.recorded = 0, done.recorded or self.steps.graph is not None

    def tensors(self) -> dict[str, Tensor]:
        """Return what training goes on from, in the middle of an epoch too."""
        return self.ensemble.tensors() | {TOTAL: self.total}

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
    """Return models under one optimiser, each at the learning rates it asks for; those that make the host wait, where
    they would gain nothing side by side, take their turns.
    """
    groups = [model.groups(spec.training.lr) for model in models]
    return Ensemble(models, groups, device, side_by_side=models[0].recorded)


def _resume(trainer: Trainer, checkpoint: Checkpoint) -> Result:
    tensors, notes = checkpoint.load()
    if not notes:
        return Result({})
    if len(notes["history"]) + (notes["within"] > 0) > trainer.settles:
        trainer.settle()  # for what is trained from there on; what it computed is overwritten
    trainer.total.copy_(tensors.pop(TOTAL))
    trainer.ensemble.restore(tensors)
    print(f"resumed after epoch {len(notes['history'])}", flush=True)
    return Result({}, **notes | {"trajectory": [tuple(row) for row in notes["trajectory"]]})


def train_within_memory(spec: Spec, images: Tensor, checkpoint: Checkpoint, looks: Looks = NO_LOOKS) -> Result:
    """Train as `train` does; seeds that do not fit together are halved until they do. Stop if one alone does not."""
    try:
        return train(spec, images, checkpoint, looks)
    except torch.OutOfMemoryError as problem:
        reason = str(problem).split(". ")[0]
    # Out of the handler, whose traceback would keep the tensors alive.
    if len(spec.seeds) == 1:
        raise Stop(f"{spec.name} does not fit into the device's memory: {reason}; use a larger GPU or fewer jobs on it")
    print(f"{len(spec.seeds)} seeds do not fit into the device's memory together: training them in halves", flush=True)
    torch.cuda.empty_cache()
    half = (len(spec.seeds) + 1) // 2
    parts = [
        train_within_memory(replace(spec, seeds=seeds), images, checkpoint.of(seeds), looks)
        for seeds in (spec.seeds[:half], spec.seeds[half:])
    ]
    return joined(*parts)


def joined(one: Result, other: Result) -> Result:
    """Return two parts of a run as one; their epochs took place one after the other."""
    state = {name: torch.cat([tensor, other.state[name]]) for name, tensor in one.state.items()}
    history = [first + second for first, second in zip(one.history, other.history, strict=True)]
    return Result(
        state,
        history,
        one.trajectory + other.trajectory,
        one.seconds + other.seconds,
        one.looking + other.looking,
        recorded=one.recorded or other.recorded,
    )
