"""Rule `fid_extractor`: a data set's in-domain feature extractor; in: labelled images, out: its weights."""

from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from torch import Tensor

from bench.engine.build import full_precision
from bench.job.command import Stop
from bench.measures.base.features import InDomain
from bench.records.data import load
from bench.records.files import writing
from bench.records.stream import stream, stream_seed

BATCH, RATE = 128, 1e-3  # whatever classifies well would do: every model is judged by the same network


def fid_extractor(images: Tensor, labels: Tensor, epochs: int) -> InDomain:
    """Train the classifier with Adam on uint8 images [n, c, h, w] and labels [n]."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(stream_seed(0, "extractor"))
        network = InDomain(int(labels.max()) + 1).to(images.device)
    optimiser = torch.optim.Adam(network.parameters(), lr=RATE, fused=True)
    for epoch in range(epochs):
        order = torch.from_numpy(stream(0, "extractor order", epoch).permutation(len(images))).to(images.device)
        for index in order.split(BATCH):
            optimiser.zero_grad()
            F.cross_entropy(network(_three_channels(images[index])), labels[index]).backward()
            optimiser.step()
    _scale_features(network, images)
    return network


@full_precision()
def _scale_features(network: InDomain, images: Tensor) -> None:
    """Scale the features to a root mean square of 1 without changing a logit: how long they come out is chance."""
    with torch.no_grad():
        squares = [network.features(_three_channels(x)).square().mean(1) for x in images.split(500)]
        scale = torch.cat(squares).mean().sqrt()
        last = network.features[-2]  # linear, before a ReLU, which passes a positive scale on
        for parameter in last.parameters():
            parameter.div_(scale)
        network.classes.weight.mul_(scale)


@full_precision()
def test_error(network: InDomain, images: Tensor, labels: Tensor) -> float:
    """Return the percentage of images [n, c, h, w] put in another class than their label [n]."""
    with torch.inference_mode():
        right = [
            (network(_three_channels(x)).argmax(1) == y).sum()
            for x, y in zip(images.split(500), labels.split(500), strict=True)
        ]
    return 100 * (1 - sum(right).item() / len(labels))


def read(folder: Path, split: str, device: torch.device) -> tuple[Tensor, Tensor]:
    """Return the images (uint8 [n, c, h, w]) and labels [n] of a split on the device; stop if there is one label."""
    images, labels = load(folder, split)
    if len(np.unique(labels)) < 2:
        raise Stop(f"{folder}: one label for all {split} images, nothing to learn; set fid.extractor to inception")
    return torch.from_numpy(np.array(images)).to(device), torch.from_numpy(labels).to(device)


def _three_channels(images: Tensor) -> Tensor:
    return (images / 255).expand(-1, 3, -1, -1)


def main(*, epochs: int, data: Path, weights: Path, device: torch.device) -> None:
    network = fid_extractor(*read(data, "train", device), epochs)
    error = test_error(network, *read(data, "test", device))
    with writing(weights) as temporary:
        tensors = {name: tensor.contiguous().cpu() for name, tensor in network.state_dict().items()}
        save_file(tensors, temporary, {"test_error_percent": f"{error:.2f}"})
    print(f"trained the in-domain extractor of {data}: test error {error:.2f} %")
