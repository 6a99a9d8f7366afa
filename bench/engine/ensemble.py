"""Independent networks in training, one per seed: one Adam steps them all, each as if it were alone."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from bench.engine.steps import concurrently


class Ensemble:
    """Networks of one kind, on one device; Adam works entry by entry, so that it steps them independently.

    `groups` are the parameters to train of every network, in groups as Adam takes them: `params` and `lr`. Tensors lie
    channels last, the order in which convolutions run fastest on a CPU and on a GPU. `side_by_side`: on a GPU the
    losses are computed at once, which takes the memory of all at once.
    """

    def __init__(
        self,
        models: Sequence[nn.Module],
        groups: Sequence[list[dict[str, Any]]],
        device: torch.device,
        *,
        side_by_side: bool = True,
    ) -> None:
        self.models = [model.to(device, memory_format=torch.channels_last) for model in models]
        self.device, self.side_by_side = device, side_by_side
        self.trained = [sum((group["params"] for group in own), []) for own in groups]
        # Groups of one kind are one group: fused Adam steps a group at a time.
        alike = zip(*groups, strict=True)
        kinds = [{**kind[0], "params": sum((group["params"] for group in kind), [])} for kind in alike]
        # Capturable: its count of steps is a tensor on the device, as a CUDA graph needs.
        settings = {"fused": True, "capturable": device.type == "cuda"}
        self.optimiser = torch.optim.Adam(kinds, **settings) if any(self.trained) else None

    def step(self, losses: Sequence[Callable[[], Tensor]]) -> list[Tensor]:
        """Take one optimiser step on every model's loss; return the losses before it."""
        tasks = [partial(_differentiate, loss, ps) for loss, ps in zip(losses, self.trained, strict=True)]
        losses_before = concurrently(tasks, self.device) if self.side_by_side else [task() for task in tasks]
        self.optimiser.step()
        if self.device.type == "cuda":  # a CPU would fetch their memory anew in every step
            self.optimiser.zero_grad()  # or a graph would hold two steps' gradients
        return losses_before

    def state(self) -> dict[str, Tensor]:
        """Return every parameter and buffer by name, those of the models stacked [s, ...], in main memory."""
        states = [model.state_dict() for model in self.models]
        # One by one: stacked on a GPU they would take its memory a second time.
        return {name: torch.stack([state[name].cpu() for state in states]).contiguous() for name in states[0]}

    def tensors(self) -> dict[str, Tensor]:
        """Return what training goes on from, in main memory: `state` and Adam's moments."""
        adam = self.optimiser.state_dict()["state"]
        moments = {f"optimiser.{i}.{key}": value for i, values in adam.items() for key, value in values.items()}
        return self.state() | {name: value.cpu().contiguous() for name, value in moments.items()}

    def forget(self, index: int) -> None:
        """Let Adam start anew with one of the models."""
        for parameter in self.trained[index]:
            for moment in self.optimiser.state[parameter].values():
                moment.zero_()

    def restore(self, tensors: dict[str, Tensor]) -> None:
        """Undo `tensors`."""
        for index, model in enumerate(self.models):
            model.load_state_dict({name: tensors[name][index] for name in model.state_dict()})
        whole = self.optimiser.state_dict()
        every = sum((group["params"] for group in self.optimiser.param_groups), [])
        for name, tensor in tensors.items():
            if name.startswith("optimiser."):
                _, index, key = name.split(".")
                moment = _laid_out_as(every[int(index)], tensor.to(self.device)) if tensor.dim() else tensor
                whole["state"].setdefault(int(index), {})[key] = moment
        self.optimiser.load_state_dict(whole)


def _differentiate(loss: Callable[[], Tensor], parameters: list[nn.Parameter]) -> Tensor:
    """Set the parameters' gradients to those of a loss and return it."""
    value = loss()
    for parameter, gradient in zip(parameters, torch.autograd.grad(value, parameters, allow_unused=True), strict=True):
        parameter.grad = None if gradient is None else _laid_out_as(parameter, gradient)
    return value.detach()


def _laid_out_as(parameter: Tensor, tensor: Tensor) -> Tensor:
    """Return a tensor in the parameter's order in memory: fused Adam walks through both without looking at strides."""
    return tensor if tensor.stride() == parameter.stride() else torch.empty_like(parameter).copy_(tensor)
