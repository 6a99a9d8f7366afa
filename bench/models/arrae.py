"""Adaptive Rank Reduction Autoencoder (arXiv 2405.13980): training lowers the rank until the loss gets worse."""

import math

import torch
from torch import Tensor

from bench.autoencoder import count_parameters
from bench.backbone import Backbone
from bench.truncation import TruncatedAutoencoder

FIRST, DOWN, FOUND = range(3)  # phases: training at the first rank, lowering it, training at the one found


class Model(TruncatedAutoencoder):
    """RRAE whose rank each seed finds, as the authors' package does (its settings, though the paper says "without
    additional hyperparameters"; docs/protocol.md).

    Trained at rank `start` until its loss has been within `first_tolerance` of the mean of its last `window` values
    `first_patience` times: that mean is the goal. Whenever the loss is below the goal, the weights are kept and the
    rank is lowered by one. Once it was stuck `patience` times (within `tolerance` of its mean, or above it), the rank
    goes back up by one, to the weights kept there, and stays. The loss here is the root of the mean squared error,
    which is in proportion to the package's relative error.
    """

    def __init__(
        self,
        backbone: Backbone,
        *,
        start: int = 64,
        window: int = 20,
        first_patience: int = 50,
        first_tolerance: float = 0.05,
        patience: int = 500,
        tolerance: float = 0.01,
        fine_tune: float = 0.1,
    ) -> None:
        super().__init__(backbone, start, fine_tune)
        self.first_patience, self.first_tolerance = first_patience, first_tolerance
        self.patience, self.tolerance = patience, tolerance
        # Buffers, so that a run that was cut goes on: phase, times counted in it, losses seen.
        self.register_buffer("state", torch.zeros(3, dtype=torch.int64))
        self.register_buffer("losses", torch.zeros(window, dtype=torch.float64))
        self.register_buffer("goal", torch.zeros((), dtype=torch.float64))
        self.register_buffer("kept", torch.zeros(count_parameters(self)))

    @torch.no_grad()
    def after_step(self, loss: Tensor) -> bool:
        phase, count, seen = self.state.tolist()
        value = math.sqrt(loss.item())
        self.losses[seen % len(self.losses)] = value
        seen += 1
        mean = self.losses.mean().item() if seen >= len(self.losses) else math.inf
        change = abs(value - mean) / mean if math.isfinite(mean) else math.inf
        back = False
        if self.settled or phase == FOUND:
            pass
        elif phase == FIRST:
            count += change < self.first_tolerance
            if count >= self.first_patience:
                self.goal.fill_(mean)
                phase, count = DOWN, 0
        elif value < self.goal:
            self.kept.copy_(torch.cat([parameter.reshape(-1) for parameter in self.parameters()]))
            self.rank -= 1
            phase, count = (DOWN if self.rank > 1 else FOUND), 0
        else:
            count += change < self.tolerance or value > mean
            if count >= self.patience:
                phase, back = FOUND, self._go_back()
        self.state.copy_(torch.tensor([phase, count, seen]))
        return back

    def _go_back(self) -> bool:
        """Return to the last rank that reached the goal, and to its weights; tell whether there was one."""
        if not self.kept.any():
            return False
        self.rank += 1
        parameters = [*self.parameters()]
        for parameter, values in zip(parameters, self.kept.split([p.numel() for p in parameters]), strict=True):
            parameter.copy_(values.view(parameter.shape))
        return True
