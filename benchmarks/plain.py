"""The straightforward way, done well: a DataLoader with torchvision's transforms, eager steps, seed after seed."""

import io
import itertools
import time
from collections.abc import Callable, Iterator

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset, RandomSampler
from torchvision import transforms

from bench.engine.build import initial_model
from bench.records.spec import Spec
from bench.records.stream import stream

COUNT = 2000  # images; the time of a step does not depend on it
WORKERS = {"cpu": (0, 1, 2), "cuda": (4, 8, 14)}  # tried, and the fastest taken


class Digits(Dataset):
    """28x28 grey images in memory, resized to 32x32 as they are read: what loaders of MNIST do."""

    transform = transforms.Compose([transforms.Resize(32), transforms.ToTensor()])

    def __init__(self) -> None:
        self.images = stream(0, "digits").integers(256, size=(COUNT, 28, 28), dtype=np.uint8)

    def __len__(self) -> int:
        return COUNT

    def __getitem__(self, index: int) -> Tensor:
        return self.transform(Image.fromarray(self.images[index]))


class Faces(Dataset):
    """178x218 JPEG files in memory, cropped and resized to 64x64 as they are read: what loaders of CelebA do."""

    transform = transforms.Compose([transforms.CenterCrop(148), transforms.Resize(64), transforms.ToTensor()])

    def __init__(self) -> None:
        smooth = stream(0, "faces").integers(256, size=(100, 14, 12, 3), dtype=np.uint8)
        self.files = [_jpeg(Image.fromarray(image).resize((178, 218))) for image in smooth]

    def __len__(self) -> int:
        return COUNT

    def __getitem__(self, index: int) -> Tensor:
        return self.transform(Image.open(io.BytesIO(self.files[index % len(self.files)])))


def _jpeg(image: Image.Image) -> bytes:
    file = io.BytesIO()
    image.save(file, "JPEG", quality=90)
    return file.getvalue()


def endless(dataset: Dataset, batch: int, workers: int, device: torch.device) -> Iterator[Tensor]:
    """Yield shuffled batches [b, c, h, w] for ever, from workers that stay."""
    sampler = RandomSampler(dataset, replacement=True, num_samples=10**9)
    loader = DataLoader(dataset, batch, sampler=sampler, num_workers=workers, pin_memory=device.type == "cuda")
    return (x.to(device, non_blocking=True) for x in loader)


def training(spec: Spec, batches: Iterator[Tensor], device: torch.device) -> Callable[[int], None]:
    """Return a function that takes a number of training steps of one seed."""
    model = initial_model(spec, 0).to(device)
    optimiser = torch.optim.Adam(model.parameters(), lr=spec.training.lr)

    def steps(count: int) -> None:
        for x in itertools.islice(batches, count):
            optimiser.zero_grad()
            model.loss(x, None).backward()
            optimiser.step()

    return steps


def fastest(spec: Spec, dataset: Dataset, device: torch.device, trial: int) -> tuple[Callable[[int], None], int]:
    """Return the training steps with the number of workers that is fastest here over some steps, and that number."""
    trials = []
    for workers in WORKERS[device.type]:
        steps = training(spec, endless(dataset, spec.training.batch, workers, device), device)
        steps(1 + workers)
        begun = time.perf_counter()
        steps(trial)
        if device.type == "cuda":
            torch.cuda.synchronize()
        trials.append((time.perf_counter() - begun, workers, steps))
    _, workers, steps = min(trials, key=lambda one: one[0])
    return steps, workers


def heads(encoder: nn.Module, images: Tensor, labels: Tensor, settings: dict) -> Callable[[Tensor], None]:
    """Return a function that trains a classifier with the batches of indices [n, b], encoding each batch anew."""
    size, classes, hidden = encoder(images[:1] / 255).shape[1], int(labels.max()) + 1, settings["hidden"]
    layers = [nn.Linear(size, hidden), nn.ReLU(), nn.Linear(hidden, hidden), nn.ReLU(), nn.Linear(hidden, classes)]
    head = nn.Sequential(*layers).to(images.device)
    optimiser = torch.optim.Adam(head.parameters(), lr=settings["lr"])

    def steps(order: Tensor) -> None:
        for index in order:
            with torch.no_grad():
                z = encoder(images[index] / 255)
            optimiser.zero_grad()
            nn.functional.cross_entropy(head(z), labels[index]).backward()
            optimiser.step()

    return steps
