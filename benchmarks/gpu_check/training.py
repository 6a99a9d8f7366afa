"""Does a device train as it should? In: a run's specification, out: how far it is from what it should be."""

import tempfile
from dataclasses import replace
from pathlib import Path
from unittest import mock

import torch
from torch import Tensor

from bench.engine import training as engine
from bench.engine.build import initial_model
from bench.engine.checkpoint import Checkpoint
from bench.engine.steps import PER_REPLAY, Steps
from bench.engine.training import Trainer
from bench.records.spec import Spec
from benchmarks.gpu_check.cases import batches, pictures
from benchmarks.gpu_check.numbers import Number, apart, worst

CPU = torch.device("cpu")
# The suite's training has TF32 in convolutions and nowhere else, as is torch's default.
ARITHMETIC = {"float32": False, "TF32": True}
# Of a parameter's gradient. Measured on a CPU, those of the paper's networks are up to 4e-5 off in float32, and up to
# 4e-2 with what convolutions take rounded to TF32's 11 bits.
GRADIENTS = {"float32": 1e-3, "TF32": 1e-1}
# Measured alike, rounding moves the losses of 20 steps by 1e-7 and 7e-6; a step that is left out, by 6e-3 at least.
LOSSES = 2e-3
STEPS = 20  # PER_REPLAY of them are taken one by one, the others replayed


def gradients(spec: Spec, device: torch.device) -> list[Number]:
    """Compare the gradients of a batch with those in float64 on the CPU; the worst parameter counts."""
    reference = _gradients(spec, CPU, torch.float64)
    found = []
    for name, tf32 in ARITHMETIC.items():
        with torch.backends.cudnn.flags(enabled=True, allow_tf32=tf32):
            ours = _gradients(spec, device, torch.float32)
        each = torch.tensor([apart(*pair) for pair in zip(ours, reference, strict=True)])
        found.append(Number(f"{name} apart", each.max().item(), limit=GRADIENTS[name]))  # NaN, if one is
    return found


def _gradients(spec: Spec, device: torch.device, dtype: torch.dtype) -> tuple[Tensor, ...]:
    model = initial_model(spec, spec.seeds[0]).to(device, dtype, memory_format=torch.channels_last)
    index, *noise = (tensor[0, 0] for tensor in batches(spec, 1))
    x, *noise = (tensor.to(device, dtype) for tensor in (pictures(spec)[index], *noise))
    return torch.autograd.grad(model.loss(x / 255, *(noise or [None])), model.trained())


def twenty_steps(spec: Spec, device: torch.device) -> list[Number]:
    """Compare the losses of the engine's first seed with those of a plain loop in float64 on the CPU."""
    reference, found = _plain_losses(spec), []
    for name, tf32 in ARITHMETIC.items():
        with torch.backends.cudnn.flags(enabled=True, allow_tf32=tf32):
            losses = engine_losses(spec, device, batches(spec, STEPS))[:, 0]
        found.append(Number(f"{name} losses apart", worst(losses, reference), limit=LOSSES))
    return found


def _plain_losses(spec: Spec) -> Tensor:
    """Return the first seed's mean losses of every PER_REPLAY steps."""
    model = initial_model(spec, spec.seeds[0]).double()
    optimiser, losses = torch.optim.Adam(model.groups(spec.training.lr)), []
    images = pictures(spec)
    for index, *noise in zip(*(tensor[:, 0] for tensor in batches(spec, STEPS)), strict=True):
        loss = model.loss(images[index].double() / 255, *([noise[0].double()] if noise else [None]))
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(loss.detach())
    return torch.stack(losses).view(-1, PER_REPLAY).mean(1)


def engine_losses(spec: Spec, device: torch.device, rows: tuple[Tensor, ...], *, replayed: bool = True) -> Tensor:
    """Return the mean losses [n, s] of every PER_REPLAY steps with rows of batches; on a GPU all but the first ones are
    replayed, or none. An assertion fails if the engine does otherwise.
    """
    trainer = Trainer(spec, pictures(spec).to(device))
    if not replayed:
        trainer.steps = Steps(record=False)
    losses = []
    for part in zip(*(tensor.to(device).split(PER_REPLAY) for tensor in rows), strict=True):
        trainer.total.zero_()
        trainer.steps.run(trainer.step, *part)
        losses.append(trainer.total / len(part[0]))
    assert (trainer.steps.graph is not None) == (replayed and device.type == "cuda"), "steps were not replayed as asked"
    return torch.stack(losses).cpu()


def replay(spec: Spec, device: torch.device) -> list[Number]:
    """Compare replayed steps with the same ones taken one by one."""
    rows = batches(spec, 2 * STEPS)  # more than one replay, each with batches of its own
    ours, reference = (engine_losses(spec, device, rows, replayed=way) for way in (True, False))
    return [Number("losses apart", worst(ours, reference), limit=LOSSES)]


def seed_alone(spec: Spec, device: torch.device) -> list[Number]:
    """Compare the last seed in training by itself with the same seed among the others."""
    rows, alone = batches(spec, STEPS), replace(spec, seeds=spec.seeds[-1:])
    among = engine_losses(spec, device, rows)[:, -1:]
    by_itself = engine_losses(alone, device, tuple(tensor[:, -1:] for tensor in rows))
    return [Number("losses apart", worst(by_itself, among), limit=LOSSES)]


def resume(spec: Spec, device: torch.device) -> list[Number]:
    """Compare a training that goes on from a checkpoint with one that is never interrupted."""
    images = pictures(spec).to(device)
    part, whole = (replace(spec, training=replace(spec.training, epochs=epochs)) for epochs in (1, 3))
    with tempfile.TemporaryDirectory() as folder, mock.patch.object(engine, "CHECKPOINT_SECONDS", -1.0):
        checkpoint = Checkpoint(Path(folder) / "interrupted", "")
        engine.train(part, images, checkpoint)
        assert checkpoint.load()[1], "no checkpoint was kept"
        ours, reference = (engine.train(whole, images, of) for of in (checkpoint, Checkpoint(Path(folder) / "not", "")))
    value = worst(torch.tensor(ours.history), torch.tensor(reference.history))
    return [Number("losses apart", value, limit=LOSSES)]
