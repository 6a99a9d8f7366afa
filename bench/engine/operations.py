"""How many operations a network's training takes, counted and not timed; in: a specification, out: a number."""

import torch
from torch.utils.flop_counter import FlopCounterMode

from bench.engine.build import initial_model
from bench.records.spec import Spec


def training_operations(spec: Spec) -> int:
    """Return the floating-point operations of one training image: its way forward and backward.

    Counted are matrix products and convolutions (a multiplication and an addition are two operations), on shapes
    alone, so that no number is computed; activations, the loss, the optimiser and the fit of a closed form are not.
    0 for a model that is not trained.
    """
    with torch.device("meta"):
        model = initial_model(spec, spec.seeds[0])
        if not any(parameter.requires_grad for parameter in model.parameters()):
            return 0
        shape = model.noise_shape(1)
        noise = None if shape is None else torch.empty(shape)
        with FlopCounterMode(display=False) as counter:
            model.loss(torch.empty(1, *spec.shape), noise).backward()
    return counter.get_total_flops()
