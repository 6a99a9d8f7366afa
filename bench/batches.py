"""What a seed sees in training: the order of the images and the noise, from streams named by the seed and the epoch."""

from collections.abc import Iterator

import torch
from torch import Tensor

from bench.autoencoder import Autoencoder
from bench.spec import Spec
from bench.stream import stream, stream_seed


def epoch_order(spec: Spec, count: int, epoch: int) -> Tensor:
    """Return the image indices [s, steps, batch] of an epoch; they depend on seed and epoch only."""
    batch = min(spec.training.batch, count)
    steps = count // batch
    if spec.training.shuffle:
        orders = [torch.from_numpy(stream(seed, "order", epoch).permutation(count)) for seed in spec.seeds]
    else:
        orders = [torch.arange(count)] * len(spec.seeds)
    return torch.stack([order[: steps * batch].view(steps, batch) for order in orders])


def epoch_noise(
    model: Autoencoder, spec: Spec, batch: int, epoch: int, device: torch.device
) -> Iterator[Tensor | None]:
    """Yield the standard normal noise [s, ...] of an epoch's steps, or None if the model takes none."""
    shape = model.noise_shape(batch)
    generators = [torch.Generator(device).manual_seed(stream_seed(seed, "noise", epoch)) for seed in spec.seeds]
    while True:
        draws = [torch.randn(shape, generator=g, device=device) for g in generators] if shape else None
        yield torch.stack(draws) if draws else None
