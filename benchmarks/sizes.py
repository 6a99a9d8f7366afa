"""The paper's networks as specifications, read from the config, and our training of them as the suite runs it."""

import threading
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import torch
import yaml
from torch import Tensor

from bench.engine.training import Trainer
from bench.records.spec import Spec, Training
from bench.records.stream import stream

CONFIG = yaml.safe_load((Path(__file__).parent.parent / "config/config.yaml").read_text(encoding="utf-8"))
SHAPES = {"shapes": (3, 32, 32), "mnist": (1, 32, 32), "celeba": (3, 64, 64)}


def spec(dataset: str, depth: int = 8, **changes) -> Spec:
    """Return IRMAE at the paper's size on a data set, 5 seeds; `changes` replace fields."""
    settings = CONFIG["data"][dataset]
    training = Training(epochs=1, **{key: CONFIG["training"][key] for key in ("batch", "lr", "shuffle")})
    options, seeds = {"depth": depth}, tuple(CONFIG["seeds"])
    fields = (dataset, "irmae", "irmae", options, seeds, SHAPES[dataset], settings["latent"], settings["architecture"])
    return replace(Spec(*fields, training), **changes)


def images(spec: Spec, count: int, device: torch.device) -> Tensor:
    """Return random uint8 images [n, c, h, w]: the time of a step does not depend on what they show."""
    pixels = stream(0, "images").integers(256, size=(count, *spec.shape), dtype="uint8")
    return torch.from_numpy(pixels).to(device)


def batches(spec: Spec, count: int, steps: int, device: torch.device) -> Tensor:
    """Return random image indices [steps, s, b]."""
    shape = (steps, len(spec.seeds), spec.training.batch)
    return torch.from_numpy(stream(0, "batches").integers(count, size=shape)).to(device)


def training(spec: Spec, jobs: int, steps: int, device: torch.device) -> Callable[[], None]:
    """Return a function that takes steps of all seeds in each of some jobs at once, as the suite does.

    On a CPU several jobs have a thread each, and one job alone has all threads.
    """
    pictures = images(spec, 1000, device)
    order = batches(spec, len(pictures), steps, device)
    trainers = [Trainer(spec, pictures) for _ in range(jobs)]

    def work(trainer: Trainer) -> None:
        torch.set_num_threads(1)
        trainer.steps.run(trainer.step, order)

    def run() -> None:
        threads = [threading.Thread(target=work, args=(trainer,)) for trainer in trainers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    return run if jobs > 1 else partial(trainers[0].steps.run, trainers[0].step, order)
