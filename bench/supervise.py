"""Rule `supervise`: Table 2's supervised row, encoder and head trained together; in: images, out: errors."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from bench.measures.base.classifiers import train_classifiers
from bench.measures.base.heads import Head, budgets, draws, error_rows, initial
from bench.models.base.backbone import Backbone
from bench.records.data import load
from bench.records.files import write_rows
from bench.records.origin import origin
from bench.records.spec import Spec, read_spec


class Classifier(nn.Module):
    """One encoder with `classify`'s head on its code; images [1, n, c, h, w] to logits [1, n, classes]."""

    def __init__(self, spec: Spec, hidden: int, classes: int) -> None:
        super().__init__()
        self.encoder = Backbone(spec.shape, spec.latent, spec.architecture).encoder(spec.latent)
        self.head = Head(spec.latent, hidden, classes)

    def forward(self, x: Tensor, masks: Tensor | None = None) -> Tensor:
        return self.head(self.encoder(x[0]), None if masks is None else masks[0])[None]


@dataclass
class Images:
    """Images shared by all classifiers, uint8 [n, c, h, w], on the device."""

    train_images: Tensor
    test_images: Tensor
    classifiers: int

    def train(self, index: Tensor) -> Tensor:
        return self.train_images[index] / 255

    def test(self, part: slice) -> Tensor:
        x = self.test_images[part] / 255
        return x.expand(self.classifiers, *x.shape)


def supervise(
    spec: Spec, images: Images, labels: Tensor, test_labels: Tensor, settings: dict
) -> Iterator[tuple[int, str, float]]:
    """Yield (seed, `error:BUDGET:READING`, percent), the readings of `error_rows`."""
    classes = int(labels.max()) + 1
    build = partial(Classifier, spec, settings["hidden"], classes)
    for budget in budgets(settings, len(labels)):
        drawn = draws(labels.cpu().numpy(), budget, settings["subset"], spec.seeds)
        networks, inputs = [initial(build, draw) for draw in drawn], replace(images, classifiers=len(drawn))
        errors = train_classifiers(networks, inputs, labels, test_labels, drawn, settings)
        yield from error_rows(spec.seeds, budget, errors)


def main(*, spec: dict, settings: dict, data: Path, metrics: Path, device: torch.device) -> None:
    spec = read_spec(spec, data)
    splits = [load(data, split) for split in ("train", "test")]
    pictures = [torch.from_numpy(np.array(images)).to(device) for images, _ in splits]
    labels, test_labels = (torch.from_numpy(labels).to(device) for _, labels in splits)
    images = Images(*pictures, classifiers=len(spec.seeds))
    rows = list(supervise(spec, images, labels, test_labels, settings))
    write_rows(metrics, rows, origin("supervise", spec))
    print(f"supervised {spec.name}: " + " ".join(f"{metric} {value:.1f}" for _, metric, value in rows))
