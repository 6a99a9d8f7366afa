"""What a seed sees in training: the order of the images and the noise, from streams named by the seed and the epoch."""

from collections.abc import Iterable, Iterator

import torch
from torch import Tensor

from bench.engine.steps import CHUNK
from bench.models.base.autoencoder import Autoencoder
from bench.records.spec import Spec
from bench.records.stream import stream, stream_seed


def epoch_order(spec: Spec, count: int, epoch: int) -> Tensor:
    """Return the image indices [steps, s, batch] of an epoch; they depend on seed and epoch only.

    An incomplete last batch is left out.
    """
    batch = min(spec.training.batch, count)
    steps = count // batch
    if spec.training.shuffle:
        orders = [torch.from_numpy(stream(seed, "order", epoch).permutation(count)) for seed in spec.seeds]
    else:
        orders = [torch.arange(count)] * len(spec.seeds)
    return torch.stack([order[: steps * batch].view(steps, batch) for order in orders], dim=1)


def epoch_batches(
    model: Autoencoder, spec: Spec, count: int, epoch: int, device: torch.device
) -> Iterator[tuple[Tensor, ...]]:
    """Yield an epoch in chunks: image indices [c, s, batch] and standard normal noise [c, s, ...], if the model
    takes any.
    """
    order = epoch_order(spec, count, epoch).to(device)
    shape = model.noise_shape(order.shape[2])
    generators = [torch.Generator(device).manual_seed(stream_seed(seed, "noise", epoch)) for seed in spec.seeds]
    for index in order.split(CHUNK):
        if shape is None:
            yield (index,)
        else:
            draws = [torch.randn(len(index), *shape, generator=g, device=device) for g in generators]
            yield index, torch.stack(draws, dim=1)


def without_first(chunks: Iterable[tuple[Tensor, ...]], count: int) -> Iterator[tuple[Tensor, ...]]:
    """Yield chunks of steps without the first `count` steps."""
    for chunk in chunks:
        left = max(0, len(chunk[0]) - count)
        count -= len(chunk[0]) - left
        if left:
            yield tuple(tensor[-left:] for tensor in chunk)
