"""Rule `classify`: classification from codes with few and many labels (Table 2); in: codes, out: errors."""

import argparse
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from bench.command import run
from bench.data import load
from bench.files import write_rows
from bench.heads import Head, budgets, error_rows, train_classifiers
from bench.origin import origin
from bench.run import device_of, finite_seeds
from bench.spec import read_spec


@dataclass
class Codes:
    """The codes of every seed, train [s, n, d] and test [s, m, d], on the device."""

    train_codes: Tensor
    test_codes: Tensor

    def train(self, index: Tensor) -> Tensor:
        seeds = torch.arange(len(index), device=index.device)[:, None]
        return self.train_codes[seeds, index]

    def test(self, part: slice) -> Tensor:
        return self.test_codes[:, part]


def classify(
    seeds: tuple[int, ...],
    codes: Codes,
    labels: Tensor,
    test_labels: Tensor,
    settings: dict,
    draws: tuple[int, ...] | None = None,
) -> Iterator[tuple[int, str, float]]:
    """Yield `error:BUDGET:best` and `error:BUDGET:last` in percent per seed; the encoder stays as it is.

    `draws` are the seeds of the labelled images, the initial head and its order, where they are not `seeds`.
    """
    size, classes = codes.train_codes.shape[-1], int(labels.max()) + 1
    finite = torch.tensor([a and b for a, b in zip(*map(finite_seeds, _arrays(codes)), strict=True)])

    def build() -> Head:
        return Head(size, settings["hidden"], classes)

    for budget in budgets(settings, len(labels)):
        errors = train_classifiers(build, codes, labels, test_labels, draws or seeds, budget, settings)
        yield from error_rows(seeds, budget, np.where(finite, errors, np.nan))


def _arrays(codes: Codes) -> tuple[np.ndarray, np.ndarray]:
    return codes.train_codes.cpu().numpy(), codes.test_codes.cpu().numpy()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("spec", "codes", "data", "out"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--settings", type=json.loads, required=True)
    parser.add_argument("--device", required=True)
    arguments = parser.parse_args()
    spec, device = read_spec(arguments.spec), device_of(arguments.device)
    splits = ("train", "test")
    codes = Codes(*(torch.from_numpy(np.load(arguments.codes / f"{s}.npy")).to(device) for s in splits))
    labels, test_labels = (torch.from_numpy(load(arguments.data, s)[1]).to(device) for s in splits)
    rows = list(classify(spec.seeds, codes, labels, test_labels, arguments.settings))
    write_rows(arguments.out, rows, origin("classify", arguments.spec))
    print(f"classified {spec.name}: " + " ".join(f"{metric} {value:.1f}" for _, metric, value in rows))


if __name__ == "__main__":
    run(main)
