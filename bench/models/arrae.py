"""Adaptive Rank Reduction Autoencoder (arXiv 2405.13980): training lowers the rank until the error gets too large."""

import math

import torch
from torch import Tensor

from bench.models.base.autoencoder import count_parameters
from bench.models.base.backbone import Backbone
from bench.models.base.truncation import TruncatedAutoencoder


class Model(TruncatedAutoencoder):
    """RRAE whose rank each seed finds, as the authors' package does (its settings, though the paper says "without
    additional hyperparameters"; docs/protocol.md).

    The rank starts at `start`. Whenever a step's error is below `goal`, the weights are kept and the rank is lowered
    by one. Once it was stuck `patience` times since then (within `tolerance` of the mean of its last `window` values,
    or above it), the rank goes back up by one, to the weights kept there, and stays. Before the goal was reached for
    the first time nothing happens. The error is the root of the mean squared error over that of the training images'
    grey levels: |y - x| / |x|.
    """

    def __init__(
        self,
        backbone: Backbone,
        *,
        start: int = 64,
        goal: float = 0.12,
        patience: int = 500,
        tolerance: float = 0.01,
        window: int = 20,
        fine_tune: float = 0.1,
    ) -> None:
        super().__init__(backbone, start, fine_tune)
        self.goal, self.patience, self.tolerance = goal, patience, tolerance
        # Buffers, so that a run that was cut goes on.
        self.register_buffer("energy", torch.ones(()))  # mean square of the training images
        self.register_buffer("errors", torch.zeros(window, dtype=torch.float64))
        self.register_buffer("steps", torch.zeros((), dtype=torch.int64))
        self.register_buffer("stuck", torch.zeros((), dtype=torch.int64))
        self.register_buffer("found", torch.zeros((), dtype=torch.bool))
        self.register_buffer("kept", torch.zeros(count_parameters(self)))

    def fit(self, images: Tensor) -> dict[str, Tensor]:
        total = sum((part / 255).double().square().sum() for part in images.split(8192))
        return {"energy": (total / images.numel()).float()}

    @torch.no_grad()
    def after_step(self, loss: Tensor) -> bool:
        if self.settled or self.found:
            return False
        error = math.sqrt(loss.item() / self.energy.item())
        self.errors[self.steps % len(self.errors)] = error
        self.steps += 1
        if error < self.goal:
            self._go_down()
        elif self.kept.any() and self._is_stuck(error):
            self.stuck += 1
            if self.stuck >= self.patience:
                return self._go_back()
        return False

    def _is_stuck(self, error: float) -> bool:
        mean = self.errors.mean().item() if self.steps >= len(self.errors) else math.inf
        return error > mean or abs(error - mean) < self.tolerance * mean < math.inf

    def _go_down(self) -> None:
        self.kept.copy_(torch.cat([parameter.reshape(-1) for parameter in self.parameters()]))
        self.stuck.zero_()
        self.rank -= 1
        self.found.fill_(self.rank == 1)

    def _go_back(self) -> bool:
        parameters = [*self.parameters()]
        for parameter, values in zip(parameters, self.kept.split([p.numel() for p in parameters]), strict=True):
            parameter.copy_(values.view(parameter.shape))
        self.rank += 1
        self.found.fill_(True)
        return True
