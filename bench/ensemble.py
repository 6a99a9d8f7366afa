"""Independent networks in training, one per seed: one Adam steps them all, each as if it were alone."""

from collections.abc import Callable, Sequence
from functools import partial

import torch
from torch import Tensor, nn

from bench.steps import side_by_side


class Ensemble:
    """Networks of one kind, on one device; Adam works entry by entry, so that it steps them independently.

    Their tensors lie channels last, the order in which convolutions run fastest on a CPU and on a GPU.
    """

    def __init__(self, models: Sequence[nn.Module], lr: float, device: torch.device) -> None:
        self.models = [model.to(device, memory_format=torch.channels_last) for model in models]
        self.device = device
        self.trained = [[p for p in model.parameters() if p.requires_grad] for model in self.models]
        every = sum(self.trained, [])
        # Capturable: its count of steps is a tensor on the device, as a CUDA graph needs.
        capturable = device.type == "cuda"
        self.optimiser = torch.optim.Adam(every, lr=lr, fused=True, capturable=capturable) if every else None

    def step(self, losses: Sequence[Callable[[], Tensor]]) -> list[Tensor]:
        """Take one optimiser step on every model's loss; return the losses before it."""
        tasks = [partial(_differentiate, loss, ps) for loss, ps in zip(losses, self.trained, strict=True)]
        found = side_by_side(tasks, self.device)
        self.optimiser.step()
        return found

    def state(self) -> dict[str, Tensor]:
        """Return every parameter and buffer by name, those of the models stacked [s, ...]."""
        states = [model.state_dict() for model in self.models]
        return {name: torch.stack([state[name] for state in states]).contiguous() for name in states[0]}

    def tensors(self) -> dict[str, Tensor]:
        """Return what training goes on from: `state` and Adam's moments."""
        adam = self.optimiser.state_dict()["state"]
        moments = {f"optimiser.{i}.{key}": value for i, values in adam.items() for key, value in values.items()}
        return self.state() | {name: value.contiguous() for name, value in moments.items()}

    def restore(self, tensors: dict[str, Tensor]) -> None:
        """Undo `tensors`."""
        for index, model in enumerate(self.models):
            model.load_state_dict({name: tensors[name][index] for name in model.state_dict()})
        whole, every = self.optimiser.state_dict(), sum(self.trained, [])
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
