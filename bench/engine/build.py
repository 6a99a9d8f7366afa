"""Building a run's models from its specification, and using the trained ones."""

import importlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file
from torch import Tensor

from bench.models.base.autoencoder import Autoencoder
from bench.models.base.backbone import Backbone
from bench.records.data import to_unit
from bench.records.files import intact
from bench.records.spec import Spec
from bench.records.stream import stream, stream_seed


@contextmanager
def full_precision() -> Iterator[None]:
    """Turn off TF32, which cuDNN uses for convolutions by default: training may use it, what is measured may not."""
    allowed = torch.backends.cudnn.allow_tf32
    torch.backends.cudnn.allow_tf32 = False
    try:
        yield
    finally:
        torch.backends.cudnn.allow_tf32 = allowed


def initial_model(spec: Spec, seed: int) -> Autoencoder:
    """Return the model of one seed at its initial weights, which depend on seed and model alone."""
    model_class = importlib.import_module(f"bench.models.{spec.model}").Model
    backbone = Backbone(spec.shape, spec.latent, spec.architecture)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(stream_seed(seed, "weights"))
        return model_class(backbone, **spec.options)


def load_models(spec: Spec, path: Path | str, device: torch.device, *, finish: bool = True) -> list[Autoencoder]:
    """Return the trained models of a run, one per seed, folded and ready for inference, or as they were trained."""
    stacked = load_file(intact(path))
    models = []
    for index, seed in enumerate(spec.seeds):
        model = initial_model(spec, seed)
        model.load_state_dict({name: tensor[index] for name, tensor in stacked.items()})
        model.requires_grad_(False).eval()
        if finish:
            model.finish()
        models.append(model.to(device, memory_format=torch.channels_last))  # decodes a third faster on a CPU
    return models


def encode(model: Autoencoder, images: np.ndarray, device: torch.device) -> np.ndarray:
    """Map uint8 images [n, c, h, w] to codes [n, d] (float32)."""
    return map_images(model.encode, images, device)


def map_images(
    function: Callable[[Tensor], Tensor], images: np.ndarray, device: torch.device, batch: int = 500
) -> np.ndarray:
    """Apply a function of images in [0, 1] to uint8 images [n, c, h, w], batch by batch; float32."""
    with torch.inference_mode(), full_precision():
        parts = [function(to_unit(images[i : i + batch]).to(device)) for i in range(0, len(images), batch)]
    return torch.cat(parts).float().cpu().numpy()


def draw_codes(model: Autoencoder, images: np.ndarray, split: str, seed: int, device: torch.device) -> np.ndarray:
    """Map uint8 images [n, c, h, w] of a split to codes [n, d] drawn from the model's posterior (float32).

    The noise is the same for all models of a seed.
    """
    mean, log_variance = map_images(lambda x: torch.stack(model.posterior(x), dim=1), images, device).swapaxes(0, 1)
    noise = stream(seed, "posterior", split).standard_normal(mean.shape, dtype=np.float32)
    return mean + np.exp(log_variance / 2) * noise


def decode(model: Autoencoder, z: np.ndarray | Tensor, device: torch.device, batch: int = 500) -> np.ndarray:
    """Map codes [n, d] to uint8 images [n, c, h, w], rounded to the nearest grey level."""
    codes = torch.as_tensor(z, dtype=torch.float32)
    with torch.inference_mode(), full_precision():
        parts = [to_pixels(model.decode(part.to(device))) for part in codes.split(batch)]
    return torch.cat(parts).cpu().numpy()


def to_pixels(x: Tensor) -> Tensor:
    """Round images in [0, 1] to uint8; values outside (tanh reaches -1) are clamped, NaN (a diverged seed) is black."""
    return (x.nan_to_num(0.0) * 255 + 0.5).clamp(0, 255).to(torch.uint8)
