"""Training of the models of low rank: ours against the same steps with the singular value decompositions they had."""

import importlib
import sys
from collections.abc import Callable
from functools import partial
from unittest import mock

import torch
from torch import Tensor

from bench.job.source import REPOSITORY
from bench.models import lorae
from bench.models.base import truncation
from bench.records.spec import Spec
from benchmarks import sizes
from benchmarks.side_by_side import Line, side_by_side, times_as_fast

sys.path.append(str(REPOSITORY / "tests"))
truncate_by_svd = importlib.import_module("svd").truncate_by_svd

STEPS = {"cpu": 2, "cuda": 200}
ROUNDS = 7
NUCLEAR = partial(torch.linalg.matrix_norm, ord="nuc")
# Where a model's product is found, and by what decompositions it was computed.
BEFORE = {
    "rrae": (truncation, "truncate", truncate_by_svd),
    "arrae": (truncation, "truncate", truncate_by_svd),
    "lorae": (lorae, "nuclear_norm", NUCLEAR),
}
CODES = ((32, 128, 16, 100), (1152, 512, 186, 1))  # of MNIST and CelebA: batch, size, rank, calls in a round


def measure(device: torch.device) -> list[Line]:
    """Return a line per model at MNIST's size and two per operation, all in one job of one thread."""
    torch.set_num_threads(1)
    lines = [step_line(variant(model), device) for model in BEFORE]
    for count, latent, rank, calls in CODES:
        z, matrix = torch.randn(count, latent, device=device), torch.randn(latent, latent, device=device)
        ways = [partial(truncate, rank=rank) for truncate in (truncation.truncate, truncate_by_svd)]
        what = f"{count:,} x {latent} codes cut to rank {rank}, and its gradient"
        lines.append(line(what, *(derived(way, z, calls) for way in ways), device))
        ways, what = [lorae.nuclear_norm, NUCLEAR], f"nuclear norm of a {latent} x {latent} matrix, and its gradient"
        lines.append(line(what, *(derived(way, matrix, calls) for way in ways), device))
    return lines


def line(what: str, ours: Callable[[], None], plain: Callable[[], None], device: torch.device) -> Line:
    """Measure two ways of doing one thing."""
    ratio, detail = times_as_fast(side_by_side({"ours": ours, "svd": plain}, device, ROUNDS), "ours", "svd")
    return Line(what, "singular value decompositions", ratio, "x", None, detail)


def variant(model: str) -> Spec:
    """Return a variant of the config at MNIST's size."""
    settings = sizes.CONFIG["variants"][model]
    options = {key: value for key, value in settings.items() if key not in ("model", "for")}
    return sizes.spec("mnist", variant=model, model=model, options=options)


def step_line(spec: Spec, device: torch.device) -> Line:
    """Compare training as the suite does it with training that decomposes, which takes its steps one by one."""
    count = STEPS[device.type]
    ours = sizes.training(spec, 1, count, device)
    with mock.patch.object(importlib.import_module(f"bench.models.{spec.model}").Model, "recorded", False):
        before = sizes.training(spec, 1, count, device)

    def plain() -> None:
        with mock.patch.object(*BEFORE[spec.model]):
            before()

    what = f"training step, {spec.model}, mnist architecture, batch {spec.training.batch}, {len(spec.seeds)} seeds"
    return line(what, ours, plain, device)


def derived(function: Callable[[Tensor], Tensor], z: Tensor, calls: int) -> Callable[[], None]:
    """Return a function that computes the gradient of half the squared values of a function some times."""
    x = z.clone().requires_grad_()

    def run() -> None:
        for _ in range(calls):
            torch.autograd.grad(function(x).square().sum() / 2, x)

    return run
