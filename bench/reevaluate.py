"""Rule `reevaluate`: a trained run measured under other protocols; in: model, codes, data, out: its numbers.

Metrics are called ALTERNATIVE/METRIC. `crossed-K` classifies the codes of every seed with the labelled images,
initial head and order of seed K.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import torch
from safetensors.numpy import load_file
from torch import Tensor
from torch_fidelity.feature_extractor_base import FeatureExtractorBase

from bench.engine.build import draw_codes, load_models, map_images
from bench.job.progress import track
from bench.measures.base.classification import Codes, classify
from bench.measures.base.densities import sample
from bench.measures.base.distances import decode_features, distances, read_reference
from bench.measures.base.features import Reference, load_extractor
from bench.measures.base.heads import budgets
from bench.models.base.autoencoder import Autoencoder
from bench.records.data import load
from bench.records.files import intact, read_array, write_rows
from bench.records.origin import origin
from bench.records.spec import Spec, read_spec

Rows = Iterator[tuple[int, str, float]]
SPLITS = ("train", "test")
DENSITY = "gmm"  # the one of Table 1; `gaussian` has numbers of its own in the usual evaluation


@dataclass(frozen=True)
class Run:
    """A trained run: its specification, weights, folder of codes, samples, folder of the data, and the device."""

    spec: Spec
    weights: Path
    encoded: Path
    samples: Path
    data: Path
    device: torch.device

    @cached_property
    def models(self) -> list[Autoencoder]:
        """The models as they were trained, nothing absorbed."""
        return load_models(self.spec, self.weights, self.device, finish=False)

    @cached_property
    def labels(self) -> dict[str, Tensor]:
        """Labels [n] of both splits, on the device."""
        return {split: torch.from_numpy(load(self.data, split)[1]).to(self.device) for split in SPLITS}

    def codes(self, kind: str | None) -> dict[str, np.ndarray] | None:
        """Return codes [s, n, d] of both splits: those of the usual evaluation, the same at `unit_scale`,
        `before_chain`, drawn from the `posterior`, or `test` (of the test images in both places); None where the
        model has no such codes.
        """
        if kind in (None, "test"):
            return {split: read_array(self.encoded / f"{'test' if kind else split}.npy") for split in SPLITS}
        if kind == "unit_scale":
            return at_unit_scale(self.codes(None))
        probe = torch.zeros(1, *self.spec.shape, device=self.device)
        if getattr(self.models[0], kind)(probe) is None:
            return None
        pairs = list(zip(self.models, self.spec.seeds, strict=True))
        return {split: np.stack([self._codes(kind, *pair, split) for pair in pairs]) for split in SPLITS}

    def _codes(self, kind: str, model: Autoencoder, seed: int, split: str) -> np.ndarray:
        images = load(self.data, split)[0]
        if kind == "posterior":
            return draw_codes(model, images, split, seed, self.device)
        return map_images(model.before_chain, images, self.device)


def at_unit_scale(codes: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return codes [s, n, d] of both splits over one number per seed, the root mean square of its training codes.

    One for all dimensions, so that the geometry of a code stays. A code that is 0 everywhere stays so.
    """
    size = np.sqrt(np.square(codes["train"], dtype=np.float64).mean(axis=(1, 2), keepdims=True))
    return {split: (z / np.where(size == 0, 1, size)).astype(np.float32) for split, z in codes.items()}


def classified(run: Run, codes: dict[str, np.ndarray], settings: dict) -> Rows:
    """Yield the errors of classifiers on codes, as rule `classify` does."""
    tensors = Codes(*(torch.from_numpy(np.array(codes[split])).to(run.device) for split in SPLITS))
    yield from classify(run.spec.seeds, tensors, *run.labels.values(), settings)


def crossed(run: Run, settings: dict, seeds: int) -> Rows:
    """Yield the errors of every seed's codes with the labels of each of the first `seeds` seeds."""
    pairs = [(row, draw) for draw in range(seeds) for row in range(len(run.spec.seeds))]
    rows, draws = zip(*pairs, strict=True)
    codes = run.codes(None)
    tensors = Codes(*(torch.from_numpy(np.array(codes[split])).to(run.device) for split in SPLITS), rows)
    for (row, draw), metric, value in classify(draws, tensors, *run.labels.values(), settings, names=pairs):
        yield run.spec.seeds[row], f"crossed-{draw}/{metric}", value


def least_error(train_labels: np.ndarray, test_labels: np.ndarray, budget: int) -> float:
    """Return the error in percent that no classifier can be below that never saw some of the classes, when its
    `budget` labels are the first of the training set.
    """
    return float(100 * np.mean(~np.isin(test_labels, train_labels[:budget])))


def least_errors(run: Run, settings: dict) -> Rows:
    """Yield `least_error:BUDGET` for every budget and seed."""
    labels, test_labels = (run.labels[split].cpu().numpy() for split in SPLITS)
    for budget in budgets(settings, len(labels)):
        for seed in run.spec.seeds:
            yield seed, f"least_error:{budget}", least_error(labels, test_labels, budget)


@dataclass(frozen=True)
class Real:
    """What samples are held against: features by split, the usual split, the network."""

    references: dict[str, Reference]
    split: str
    extractor: FeatureExtractorBase


def generated(run: Run, real: Real, alternative: dict, codes: dict[str, np.ndarray]) -> Rows:
    """Yield FID and KID of samples drawn, or held against real images, in another way."""
    settings = alternative.get("sample")
    if settings:
        pairs = zip(run.spec.seeds, codes["train"], strict=True)
        fits = [sample(np.array(z), settings["components"], settings, seed, run.device) for seed, z in pairs]
        drawn = [samples[DENSITY] for samples, _ in fits]
    else:
        drawn = load_file(intact(run.samples))[DENSITY][:, : alternative.get("count")]
    reference = real.references[alternative.get("reference", real.split)]
    for seed, model, z in zip(run.spec.seeds, run.models, drawn, strict=True):
        features, _ = decode_features(model, z, real.extractor, run.device)
        for name, value in distances(features, reference).items():
            yield seed, f"{name}:{DENSITY}", value


def reevaluate(run: Run, real: Real, settings: dict) -> Rows:
    """Yield every number of every alternative that applies to the run's model."""
    for name, alternative in track(list(settings["alternatives"].items()), "other protocols"):
        codes = run.codes(alternative["codes"])
        if codes is None and alternative["only_codes"]:
            continue
        codes = codes or run.codes(None)
        rows: list[tuple[int, str, float]] = []
        if "classify" in alternative:
            rows += classified(run, codes, alternative["classify"])
            rows += least_errors(run, alternative["classify"]) if alternative["classify"]["subset"] == "first" else []
        if {"sample", "reference", "count"} & set(alternative):
            rows += generated(run, real, alternative, codes)
        yield from ((seed, f"{name}/{metric}", value) for seed, metric, value in rows)
        print(f"{name}: {len(rows)} numbers", flush=True)
    if settings["crossed"]:
        yield from crossed(run, settings["crossed"]["classify"], settings["crossed"]["seeds"])


def main(
    *,
    spec: dict,
    settings: dict,
    extractor: str,
    against: str,
    model: Path,
    codes: Path,
    samples: Path,
    data: Path,
    reference: Path,
    network: Path,
    metrics: Path,
    device: torch.device,
) -> None:
    references, made_by = read_reference(reference, network, device)
    real = Real(references, against, load_extractor(extractor, network, device))
    run = Run(read_spec(spec, data), model, codes, samples, data, device)
    rows = list(reevaluate(run, real, settings))
    write_rows(metrics, rows, origin("reevaluate", run.spec, **made_by))
    print(f"reevaluated {run.spec.name}: {len(rows)} numbers")
