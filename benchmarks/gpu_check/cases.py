"""What is computed on both sides: models, images, batches and noise, the same on every device."""

from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from bench.engine.build import initial_model
from bench.records.spec import Spec
from benchmarks import sizes
from workflow.runs import VARIANT_KEYS

PAPER = ("ae", "vae", "irmae", "irmae-fixed", "irmae-nonlinear", "irmae-shared")  # the paper's variants on MNIST
TINY = {"family": "dense", "encoder": [4, 8, 8, 8], "decoder": [8, 8, 4], "decoder_relu": True}
BATCHES = 16  # of images


def case(variant: str, tiny: bool) -> Spec:
    """Return a variant of the config on MNIST as in the paper, 5 seeds, or with tiny networks, 2 seeds.

    Tiny networks learn at a rate at which a few steps show in the loss.
    """
    settings = sizes.CONFIG["variants"][variant]
    options = {key: value for key, value in settings.items() if key not in VARIANT_KEYS}
    spec = sizes.spec("mnist", variant=variant, model=settings["model"], options=options)
    if not tiny:
        return spec
    training = replace(spec.training, batch=8, lr=1e-2)
    return replace(spec, seeds=spec.seeds[:2], latent=8, architecture=TINY, training=training)


def pictures(spec: Spec) -> Tensor:
    """Return smooth blobs, uint8 [n, 1, h, w]: of noise the networks would learn nothing."""
    _, size, _ = spec.shape
    count = BATCHES * spec.training.batch
    centre = np.random.default_rng(0).uniform(size / 4, 3 * size / 4, (count, 2, 1, 1))
    rows, columns = np.mgrid[:size, :size]
    bump = np.exp(-((rows - centre[:, 0]) ** 2 + (columns - centre[:, 1]) ** 2) / size)
    return torch.from_numpy((255 * bump).astype(np.uint8))[:, None]


def batches(spec: Spec, steps: int) -> tuple[Tensor, ...]:
    """Return image indices [steps, s, b] and, if the model takes noise, noise [steps, s, ...], both on the CPU."""
    order = sizes.batches(spec, BATCHES * spec.training.batch, steps, torch.device("cpu"))
    shape = initial_model(spec, spec.seeds[0]).noise_shape(spec.training.batch)
    if shape is None:
        return (order,)
    return order, torch.randn(steps, len(spec.seeds), *shape, generator=torch.Generator().manual_seed(0))
