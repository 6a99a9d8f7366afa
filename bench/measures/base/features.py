"""Images to features to FID, KID, precision and recall: torch-fidelity's networks and numbers.

Its disk cache, which is keyed by name alone, is never used.
"""

import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from pickle import UnpicklingError

import numpy as np
import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch_fidelity.feature_extractor_base import FeatureExtractorBase
from torch_fidelity.metric_prc import KEY_METRIC_PRECISION, KEY_METRIC_RECALL, prc_features_to_metric
from torch_fidelity.registry import register_feature_extractor
from torch_fidelity.utils import create_feature_extractor

from bench.engine.build import full_precision
from bench.job.command import Stop
from bench.job.progress import track
from bench.records.files import intact
from bench.records.stream import stream_seed

# torch-fidelity asks for pickled objects when it loads Inception's weights; this has torch refuse them all the same.
os.environ["TORCH_FORCE_WEIGHTS_ONLY_LOAD"] = "1"

# torch-fidelity's name and layer: those of every published FID, and ours under a name none mistakes for it.
NETWORKS = {"inception": ("inception-v3-compat", "2048"), "in_domain": ("in-domain", "features")}
BATCH = 100  # fixed: features depend on the batch size in their last bits; larger ones are no faster
NEIGHBOURS = 3  # of precision and recall, as in their paper
ROWS = 1000  # features whose distances to all others are held at once: 40 MB for 10,000 others
KID_SEED = stream_seed(0, "kid") % 2**32  # the same subsets for every model; NumPy's legacy seeds have 32 bits


class InDomain(nn.Module):
    """Small convolutional classifier of a data set: images [n, 3, h, w] in [0, 1] to logits [n, classes].

    Its 64 features are few enough to estimate a covariance from 1,000 samples. FIDs in its feature space
    compare models on one data set; they are not comparable with Inception's, nor across data sets.
    """

    def __init__(self, classes: int) -> None:
        super().__init__()
        layers = []
        for inputs, outputs in ((3, 32), (32, 64), (64, 64)):
            layers += [nn.Conv2d(inputs, outputs, 4, stride=2, padding=1), nn.ReLU()]
        layers += [nn.AdaptiveAvgPool2d(4), nn.Flatten(), nn.Linear(64 * 16, 64), nn.ReLU()]
        self.features = nn.Sequential(*layers)
        self.classes = nn.Linear(64, classes)

    def forward(self, x: Tensor) -> Tensor:
        return self.classes(self.features(x))


class InDomainExtractor(FeatureExtractorBase):
    """torch-fidelity's view of `InDomain`: uint8 images [n, 3, h, w] to features [n, 64]."""

    def __init__(self, name: str, features_list: list[str], feature_extractor_weights_path: str, **kwargs) -> None:
        super().__init__(name, features_list)
        weights = load_file(feature_extractor_weights_path)
        self.network = InDomain(len(weights["classes.bias"]))
        self.network.load_state_dict(weights)

    @staticmethod
    def get_provided_features_list() -> tuple[str]:
        return ("features",)

    @staticmethod
    def get_default_feature_layer_for_metric(metric: str) -> str:
        return "features"

    @staticmethod
    def can_be_compiled() -> bool:
        return False

    def forward(self, input: Tensor) -> tuple[Tensor]:
        return (self.network.features(input.float() / 255),)


register_feature_extractor("in-domain", InDomainExtractor)


def load_extractor(name: str, weights: Path, device: torch.device) -> FeatureExtractorBase:
    """Return the extractor `inception` or `in_domain` of the config with a file's weights; stop if it holds others."""
    network, layer = NETWORKS[name]
    cuda = device.type == "cuda"
    try:
        extractor = create_feature_extractor(
            network, [layer], cuda=cuda, feature_extractor_weights_path=str(intact(weights)), verbose=False
        )
    except UnpicklingError as error:
        raise Stop(
            f"{weights} holds more than tensors and was not loaded: delete it and run the same command again"
        ) from error
    # A CPU is faster with channels last (measured: Inception 1.6 times, ours 1.3; features differ by 1e-6).
    return extractor if cuda else extractor.to(memory_format=torch.channels_last)


def images_to_features(images: np.ndarray, extractor: FeatureExtractorBase, device: torch.device) -> Tensor:
    """Map uint8 images [n, c, h, w] to features [n, f] on the device; grey images are repeated to three channels."""
    parts = []
    with torch.inference_mode(), full_precision():
        for start in track(range(0, len(images), BATCH), f"batches of {BATCH} images to features"):
            x = torch.from_numpy(np.array(images[start : start + BATCH])).to(device)
            parts.append(extractor(x.expand(-1, 3, -1, -1))[0].float())
    return torch.cat(parts)


def features_to_gaussian(features: Tensor) -> tuple[Tensor, Tensor]:
    """Return the mean [f] and the covariance [f, f] of features [n, f], in float64."""
    features = features.double()
    return features.mean(0), features.T.cov()


@dataclass(frozen=True)
class Reference:
    """Features [n, f] of real images; the Gaussian fitted to them is computed once, when a FID first needs it."""

    features: Tensor

    @cached_property
    def gaussian(self) -> tuple[Tensor, Tensor, Tensor]:
        """Mean [f], trace of the covariance and a factor F [f, f] of it, F @ F.T, that allows for low rank."""
        mean, covariance = features_to_gaussian(self.features)
        values, vectors = torch.linalg.eigh(covariance)
        return mean, covariance.trace(), vectors * values.clamp(min=0).sqrt()


def features_to_fid(generated: Tensor, reference: Reference) -> float:
    """Return the Frechet distance between Gaussians fitted to features [n, f] and to the reference, in float64.

    It needs the roots of the eigenvalues of C @ F @ F.T, which are those of the symmetric F.T @ C @ F, where
    finding them is several times as fast. Rounding may leave zeros slightly negative.
    """
    mean, covariance = features_to_gaussian(generated)
    reference_mean, reference_trace, factor = reference.gaussian
    squares = torch.linalg.eigvalsh(factor.T @ covariance @ factor)
    shared = squares.clamp(min=0).sqrt().sum()
    return ((mean - reference_mean).square().sum() + covariance.trace() + reference_trace - 2 * shared).item()


def features_to_kid(generated: Tensor, reference: Tensor) -> float:
    """Return the kernel distance (cubic polynomial) of features [n, f] and [m, f], the mean of 100 subsets.

    A subset has 1,000 of each, or as many as the smaller set. Unbiased: it may be slightly below zero. The subsets are
    those that torch-fidelity draws with this seed, so that its numbers agree.
    """
    size = min(1000, len(generated), len(reference))
    subsets = 1 if size == max(len(generated), len(reference)) else 100  # the whole sets are always the same
    draws = np.random.RandomState(KID_SEED)
    distances = []
    for _ in range(subsets):
        chosen = [draws.choice(len(each), size, replace=False) for each in (generated, reference)]
        x, y = (
            each[torch.from_numpy(c).to(each.device)] for each, c in zip((generated, reference), chosen, strict=True)
        )
        distances.append(kernel_distance(x, y))
    return torch.stack(distances).mean().item()


def kernel_distance(x: Tensor, y: Tensor) -> Tensor:
    """Return the unbiased squared maximum mean discrepancy of features [n, f] under the kernel (x.y / f + 1)^3,
    its sums in float64 (Binkowski et al., arXiv 1801.01401, section 4).
    """
    count, size = x.shape
    within_x, within_y, between = ((a @ b.T / size + 1).pow(3) for a, b in ((x, x), (y, y), (x, y)))
    apart = sum(k.sum(dtype=torch.float64) - k.diagonal().sum(dtype=torch.float64) for k in (within_x, within_y))
    return apart / (count * (count - 1)) - 2 * between.sum(dtype=torch.float64) / count**2


def features_to_precision_recall(generated: Tensor, reference: Tensor) -> tuple[float, float]:
    """Return improved precision and recall of features [n, f] against those of real images [m, f], shares in [0, 1].

    Precision is the share of generated images within the third nearest real neighbour's distance of a real image,
    recall the share of real images within the third nearest generated neighbour's distance of a generated one
    (Kynkaanniemi et al., arXiv 1904.06991, eqs 1 and 2). One good image again and again has precision 1 and recall 0.
    Stops where there are too few images for that many neighbours.
    """
    if (fewest := min(len(generated), len(reference))) <= NEIGHBOURS:
        raise Stop(
            f"{fewest} images are too few for precision and recall, which ask for {NEIGHBOURS} neighbours of each"
        )
    shares = prc_features_to_metric(
        generated, reference, prc_neighborhood=NEIGHBOURS, prc_batch_size=ROWS, save_cpu_ram=True, verbose=False
    )
    return shares[KEY_METRIC_PRECISION], shares[KEY_METRIC_RECALL]
