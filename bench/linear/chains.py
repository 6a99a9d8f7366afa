"""Training a stack of linear autoencoders side by side; in: initial values and covariances, out: losses and spectra.

The loss of a network with end-to-end map M = D P E, P = W_l .. W_1, on data of covariance S is the squared error per
sample, E|x - M x|^2 = tr(S) - 2 tr(M S) + tr(M S M^T): a step of full-batch training costs products of small matrices
only. Everything is float64, the stack's axis n comes first (in chains second).
"""

import math
from collections.abc import Sequence
from typing import NamedTuple, Protocol

import torch
from torch import Tensor

from bench.linear.data import Networks

BETAS, EPSILON = (0.9, 0.999), 1e-8  # PyTorch's defaults


class Step(NamedTuple):
    """What a full batch says: the loss [n], the codes' covariance [n, d, d], the gradient of each parameter."""

    loss: Tensor
    codes: Tensor
    gradients: Networks


class History(NamedTuple):
    """What training leaves.

    loss: before every step and after the last [steps + 1, n]; codes: the codes' covariance at the end [n, d, d];
    watched: that of the watched networks, every so many steps [k, w, d, d].
    """

    loss: Tensor
    codes: Tensor
    watched: Tensor


class Optimiser(Protocol):
    """Changes parameters in place; rates [n, 1, 1] differ from network to network, as torch.optim's cannot."""

    def step(self, parameters: Networks, gradients: Networks, rates: Sequence[Tensor]) -> None: ...


def products(chain: Tensor) -> list[Tensor]:
    """Return W_1, W_2 W_1, .., W_l .. W_1 of chains [l, n, d, d]: l stacks [n, d, d]."""
    partial = [*chain[:1]]
    for factor in chain[1:]:
        partial.append(torch.bmm(factor, partial[-1]))
    return partial


def full_batch(networks: Networks, covariance: Tensor) -> Step:
    """Return the loss of every network on data of covariances [n, D, D], and its gradient."""
    encoder, decoder, chain = networks
    partial = products(chain)
    whole = torch.bmm(partial[-1], encoder) if partial else encoder
    across = torch.bmm(whole, covariance)  # of codes and data
    codes = torch.bmm(across, whole.mT)
    target, square = torch.bmm(decoder.mT, covariance), torch.bmm(decoder.mT, decoder)
    variance = covariance.diagonal(dim1=1, dim2=2).sum(1)
    loss = variance - 2 * (target * whole).sum((1, 2)) + (square * codes).sum((1, 2))
    to_decoder = 2 * torch.baddbmm(across.mT, decoder, codes, beta=-1)
    to_whole = 2 * torch.baddbmm(target, square, across, beta=-1)
    to_encoder = torch.bmm(partial[-1].mT, to_whole) if partial else to_whole
    to_chain = _through(chain, partial, torch.bmm(to_whole, encoder.mT)) if partial else chain
    return Step(loss, codes, Networks(to_encoder, to_decoder, to_chain))


def _through(chain: Tensor, partial: list[Tensor], gradient: Tensor) -> Tensor:
    """Return the gradients [l, n, d, d] of the factors, from that of their product [n, d, d]."""
    gradients = torch.empty_like(chain)
    for layer in range(len(chain) - 1, 0, -1):
        torch.bmm(gradient, partial[layer - 1].mT, out=gradients[layer])
        gradient = torch.bmm(chain[layer].mT, gradient)
    gradients[0] = gradient
    return gradients


class GradientDescent:
    """Plain gradient descent."""

    def step(self, parameters: Networks, gradients: Networks, rates: Sequence[Tensor]) -> None:
        for parameter, gradient, rate in zip(parameters, gradients, rates, strict=True):
            parameter.addcmul_(gradient, rate, value=-1)


class Adam:
    """Adam (Kingma and Ba 2015) with PyTorch's default constants."""

    def __init__(self) -> None:
        self.taken = 0
        self.moments: list[tuple[Tensor, Tensor]] = []

    def step(self, parameters: Networks, gradients: Networks, rates: Sequence[Tensor]) -> None:
        self.taken += 1
        self.moments = self.moments or [(torch.zeros_like(each), torch.zeros_like(each)) for each in parameters]
        first, second = (1 - beta**self.taken for beta in BETAS)
        for parameter, gradient, rate, (mean, square) in zip(parameters, gradients, rates, self.moments, strict=True):
            mean.lerp_(gradient, 1 - BETAS[0])
            square.mul_(BETAS[1]).addcmul_(gradient, gradient, value=1 - BETAS[1])
            spread = square.sqrt().mul_(1 / math.sqrt(second)).add_(EPSILON)
            parameter.addcmul_(mean / spread, rate, value=-1 / first)


OPTIMISERS = {"sgd": GradientDescent, "adam": Adam}


def train(
    networks: Networks,
    covariance: Tensor,
    rates: Sequence[Tensor],
    optimiser: Optimiser,
    steps: int,
    watch: Sequence[int],
    every: int,
) -> History:
    """Train networks in place and return what happened; `watch` names those whose codes are kept `every` so many steps.

    `rates` are those of encoders, decoders and chains, each [n].
    """
    rates = [rate[:, None, None] for rate in rates]
    losses, watched = [], []
    for taken in range(steps + 1):
        now = full_batch(networks, covariance)
        losses.append(now.loss)
        if taken % every == 0:
            watched.append(now.codes[watch])
        if taken < steps:
            optimiser.step(networks, now.gradients, rates)
    return History(torch.stack(losses), now.codes, torch.stack(watched))
