"""How long a training step takes, and how many kernels it starts: the engine and other ways to do the same."""

import statistics
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from unittest import mock

import torch
from torch import Tensor
from torch.autograd import DeviceType
from torch.profiler import ProfilerActivity, profile

from bench.engine import ensemble, steps
from bench.engine.steps import PER_REPLAY, Steps, concurrently
from bench.engine.training import Trainer
from bench.records.spec import Spec
from benchmarks import levers, sizes
from benchmarks.gpu_check.numbers import Number
from benchmarks.side_by_side import seconds

STEPS = {"cpu": 10, "cuda": 40}  # of a call
CALLS = {"cpu": 1, "cuda": 15}
TRAININGS = 2  # at once

Way = Callable[[Spec, int, torch.device], Callable[[], object]]  # a function that takes so many steps of all seeds


def timed(way: Way, spec: Spec, device: torch.device) -> list[Number]:
    """Return milliseconds of a step, the median of some calls, and the number of its kernels (on a CPU: operators)."""
    count = STEPS[device.type]
    run = way(spec, count, device)
    for _ in range(2):  # a first call takes steps one by one, the second one records them
        run()
    taken = [seconds(run, device) for _ in range(CALLS[device.type])]
    return [
        Number("a step", 1000 * statistics.median(taken) / count, "ms"),
        Number("kernels" if device.type == "cuda" else "operators", started(run, device) / count),
    ]


def started(run: Callable[[], object], device: torch.device) -> int:
    """Return how many kernels a call starts, copies included; on a CPU operators, those within others too."""
    on = "CUDA" if device.type == "cuda" else "CPU"
    with profile(activities=[getattr(ProfilerActivity, on)]) as seen:
        seconds(run, device)
    return sum(event.device_type == getattr(DeviceType, on) for event in seen.events())


def engine(spec: Spec, count: int, device: torch.device) -> Callable[[], object]:
    """Return training as the suite does it."""
    return sizes.training(spec, 1, count, device)


def one_seed(spec: Spec, count: int, device: torch.device) -> Callable[[], object]:
    """Return training of one seed."""
    return engine(replace(spec, seeds=spec.seeds[:1]), count, device)


def own_optimisers(spec: Spec, count: int, device: torch.device) -> Callable[[], object]:
    """Return training in which every seed has an optimiser of its own, so that on a GPU seeds wait for each other once
    in PER_REPLAY steps and not twice in every one.
    """
    images = sizes.images(spec, 1000, device)
    trainers = [Trainer(replace(spec, seeds=(seed,)), images) for seed in spec.seeds]

    def some(trainer: Trainer, order: Tensor) -> None:
        for index in order:
            trainer.step(index[None])

    def step(order: Tensor) -> None:
        # Within a seed nothing is concurrent: all trainers' steps would meet in the one stream for one task.
        with mock.patch.object(ensemble, "concurrently", lambda tasks, device: [task() for task in tasks]):
            concurrently([partial(some, *each) for each in zip(trainers, order.unbind(1), strict=True)], device)

    several = Steps(device.type == "cuda")
    order = sizes.batches(spec, 1000, count, device).unflatten(0, (-1, PER_REPLAY))

    def run() -> None:
        with mock.patch.object(steps, "PER_REPLAY", 1):
            several.run(step, order)

    return run


def several_trainings(spec: Spec, count: int, device: torch.device) -> Callable[[], object]:
    """Return trainings at once, each recorded by itself and replayed in a stream of its own; a step is one of each.

    For their time alone: what they share in CUDA's libraries may disturb their numbers.
    """
    runs = [engine(spec, count, device) for _ in range(TRAININGS)]
    return lambda: concurrently(runs, device)


WAYS: dict[str, Way] = {
    "the engine": engine,
    "one seed": one_seed,
    "an optimiser a seed": own_optimisers,
    f"{TRAININGS} trainings at once": several_trainings,
}
COMPILED: dict[str, Way] = {"torch.compile of the loss": levers.compiled}  # on a CPU it compiles for a minute
