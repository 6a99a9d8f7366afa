"""What each choice of the training engine brings: the engine against itself with one choice undone."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from unittest import mock

import torch
from torch import Tensor, nn
from torch.func import functional_call, stack_module_state, vmap

from bench.engine.build import initial_model
from bench.engine.steps import Steps
from bench.engine.training import Trainer
from bench.models.base.autoencoder import Autoencoder
from bench.records.spec import Spec
from benchmarks import sizes
from benchmarks.side_by_side import Line, side_by_side, times_as_fast

STEPS = {"cpu": 4, "cuda": 200}
WIDTHS = {"full": 1.0, "half": 0.5, "a quarter of the": 0.25}  # of the paper's channels
ROUNDS = 5


def measure(device: torch.device) -> list[Line]:
    """Return a line per choice: over 1, the choice pays. All run the MNIST architecture in one job of one thread."""
    spec, steps = sizes.spec("mnist"), STEPS[device.type]
    torch.set_num_threads(1)
    ways = {"engine": sizes.training(spec, 1, steps, device), "channels first": channels_first(spec, steps, device)}
    ways["seeds in one vmap, grouped convolutions"] = vmapped(spec, steps, device)
    if device.type == "cuda":
        ways["eager steps, no CUDA graph"] = without_graph(spec, steps, device)
    if shutil.which("g++") or device.type == "cuda":
        ways["torch.compile of the loss"] = compiled(spec, steps, device)
    taken = side_by_side(ways, device, ROUNDS)
    lines = []
    for way in list(ways)[1:]:
        ratio, detail = times_as_fast(taken, "engine", way)
        lines.append(Line("the engine's training step", way, ratio, "x", None, detail))
    if device.type == "cpu":
        lines.append(threads(spec, steps, device))
        lines += [halved(name, share, device) for name, share in WIDTHS.items()]
    return lines


def channels_first(spec: Spec, steps: int, device: torch.device) -> Callable[[], None]:
    """Return training with tensors in the usual order."""
    trainer, order = _trainer(spec, steps, device)
    for model in trainer.ensemble.models:
        model.to(memory_format=torch.contiguous_format)
    return lambda: trainer.steps.run(trainer.step, order)


def without_graph(spec: Spec, steps: int, device: torch.device) -> Callable[[], None]:
    """Return training whose every kernel is started by Python."""
    trainer, order = _trainer(spec, steps, device)

    def run() -> None:
        with mock.patch.object(Steps, "_replay", lambda self, step, batches: 0):
            trainer.steps.run(trainer.step, order)

    return run


def compiled(spec: Spec, steps: int, device: torch.device) -> Callable[[], None]:
    """Return training with losses that torch.compile made; compiling is warm-up."""
    trainer, order = _trainer(spec, steps, device)
    loss = torch.compile(type(trainer.ensemble.models[0]).loss)  # once: the seeds' models are alike
    for model in trainer.ensemble.models:
        model.loss = partial(loss, model)
    return lambda: trainer.steps.run(trainer.step, order)


def vmapped(spec: Spec, steps: int, device: torch.device) -> Callable[[], None]:
    """Return training with the seeds' parameters stacked and the loss mapped over them."""
    models = [_Loss(initial_model(spec, seed).to(device)) for seed in spec.seeds]
    parameters, _ = stack_module_state(models)
    optimiser = torch.optim.Adam(parameters.values(), spec.training.lr, fused=True, capturable=device.type == "cuda")
    pictures, order = sizes.images(spec, 1000, device), sizes.batches(spec, 1000, steps, device)

    def loss(parameters: dict, x: Tensor) -> Tensor:
        return functional_call(models[0], parameters, (x,))

    def step(index: Tensor) -> None:
        optimiser.zero_grad()
        vmap(loss)(parameters, pictures[index] / 255).sum().backward()
        optimiser.step()

    return partial(Steps(device.type == "cuda").run, step, order)


class _Loss(nn.Module):
    """A model's loss as a call: what `functional_call` can replace the parameters of."""

    def __init__(self, model: Autoencoder) -> None:
        super().__init__()
        self.model = model

    def forward(self, x: Tensor) -> Tensor:
        return self.model.loss(x, None)


def threads(spec: Spec, steps: int, device: torch.device) -> Line:
    """Compare two jobs of one thread each with the same work in one job of two threads."""
    one, two = sizes.training(spec, 1, 2 * steps, device), sizes.training(spec, 2, steps, device)

    def wide() -> None:
        torch.set_num_threads(2)
        one()

    taken = side_by_side({"two jobs": two, "one job": wide}, device, ROUNDS)
    ratio, detail = times_as_fast(taken, "two jobs", "one job")
    return Line("two jobs of one thread each", "one job of two threads", ratio, "x", None, detail)


def halved(name: str, share: float, device: torch.device) -> Line:
    """Compare the engine at a share of the paper's width with itself, convolutions in bfloat16 (8 bits of precision).

    Not used: every result is of one arithmetic, on every machine, and many CPUs have no such instructions.
    """
    spec = sizes.spec("mnist")
    scaled = {part: [round(share * n) for n in spec.architecture[part]] for part in ("encoder", "decoder")}
    spec = replace(spec, seeds=spec.seeds[:1], architecture=spec.architecture | scaled)
    torch.set_num_threads(1)
    trainer, order = _trainer(spec, 5 * STEPS["cpu"], device)
    for module in trainer.ensemble.models[0].modules():
        if isinstance(module, nn.Conv2d | nn.ConvTranspose2d):
            module.forward = partial(_in_bfloat16, module.forward)
    ways = {
        "engine": sizes.training(spec, 1, 5 * STEPS["cpu"], device),
        "bfloat16": lambda: trainer.steps.run(trainer.step, order),
    }
    ratio, detail = times_as_fast(side_by_side(ways, device, ROUNDS), "engine", "bfloat16")
    return Line(f"the engine's training step, {name} width", "convolutions in bfloat16", ratio, "x", None, detail)


def _in_bfloat16(forward: Callable[[Tensor], Tensor], x: Tensor) -> Tensor:
    with torch.autocast("cpu", torch.bfloat16):
        return forward(x).float()


def _trainer(spec: Spec, steps: int, device: torch.device) -> tuple[Trainer, Tensor]:
    return Trainer(spec, sizes.images(spec, 1000, device)), sizes.batches(spec, 1000, steps, device)
