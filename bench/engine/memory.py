"""How much of a GPU's memory a training takes, reckoned and not measured; in: a specification and images, out: MiB."""

import numpy as np
import torch
from torch import Tensor

from bench.engine.build import evaluation_memory, initial_model
from bench.models.base.autoencoder import Autoencoder, count_parameters
from bench.records.spec import Spec

FLOAT = 4  # bytes
# Of a parameter: weight, gradient, Adam's two moments, and copies of all but the gradient for the checkpoint.
COPIES = 7
# What autograd keeps for the way back, and as much again for gradients and the libraries' working memory.
KEPT = 2
CUDA = 1024  # MiB of the context and its libraries' kernels


def training_memory(spec: Spec, images: np.ndarray) -> int:
    """Return about how many MiB it takes to train a run's seeds together on images [n, c, h, w], rather too many."""
    with torch.device("meta"):  # shapes alone
        model = initial_model(spec, spec.seeds[0])
        if not model.trained():
            return evaluation_memory()
        entries = COPIES * count_parameters(model) + KEPT * kept(model, min(spec.training.batch, len(images)), spec)
    return CUDA + (images.nbytes + len(spec.seeds) * entries * FLOAT) // 2**20


def kept(model: Autoencoder, batch: int, spec: Spec) -> int:
    """Return how many entries autograd keeps between a batch's way forward and back, some of them counted twice."""
    entries = 0

    def count(tensor: Tensor) -> Tensor:
        nonlocal entries
        entries += tensor.numel()
        return tensor

    shape = model.noise_shape(batch)
    with torch.autograd.graph.saved_tensors_hooks(count, lambda tensor: tensor):
        model.loss(torch.empty(batch, *spec.shape), None if shape is None else torch.empty(shape))
    return entries
