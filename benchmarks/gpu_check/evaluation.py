"""Does a device evaluate as a CPU does? In: a device and whether to do little, out: how far it is from the CPU."""

import tempfile
from pathlib import Path

import numpy as np
import torch
from sklearn.mixture import GaussianMixture
from torch import Tensor

from bench.measures.base.classification import Codes, classify
from bench.measures.base.densities import fit_gmm_to_tensor
from bench.measures.base.features import Reference, features_to_fid, images_to_features, load_extractor
from benchmarks import fid, sizes
from benchmarks.densities import codes
from benchmarks.gpu_check.numbers import Number, apart

CPU = torch.device("cpu")
CLASSES, SEEDS, WIDTH = 10, 3, 16
POINTS = (
    3  # of percent: rounding sends a few of 1,000 images near a border to the other side, and training moves borders
)
MEANS = 1e-6  # of a mixture in float64, whose iterations stop when the likelihood changes by 1e-3
COMPONENTS, FLOOR = 4, 1e-6


def classifiers(device: torch.device, tiny: bool) -> list[Number]:
    """Compare the errors of classifiers of made-up codes, with few labels and with all, with those on the CPU."""
    settings = sizes.CONFIG["classify"] | {"budgets": [10, 2000], "epochs": 60, "evaluate_every": 20}
    count = 2000
    if tiny:
        settings, count = settings | {"budgets": [10, 200], "epochs": 10, "least_steps": 20}, 200
    ours, reference = (_errors(count, settings, where) for where in (device, CPU))
    return [Number("errors apart", float(np.abs(ours - reference).max()), "points", POINTS)]


def _errors(train: int, settings: dict, device: torch.device) -> np.ndarray:
    generator = np.random.default_rng(0)
    labels = np.arange(train + 1000) % CLASSES
    centres = generator.normal(size=(CLASSES, WIDTH))
    z = centres[labels] + generator.normal(size=(SEEDS, len(labels), WIDTH))
    z, y = torch.from_numpy(z.astype(np.float32)).to(device), torch.from_numpy(labels).to(device)
    inputs = Codes(z[:, :train], z[:, train:])
    rows = classify(range(SEEDS), inputs, y[:train], y[train:], settings)
    # Of few held-out images a single one, on the other side of a border, chooses another evaluation.
    return np.array([error for _, reading, error in rows if not reading.endswith(":held_out")])


def mixtures(device: torch.device, tiny: bool) -> list[Number]:
    """Compare a mixture that is fitted on the device with scikit-learn's on the CPU."""
    z = codes(600 if tiny else 6000, 0)[:, :24]
    ours = fit_gmm_to_tensor(z, COMPONENTS, FLOOR, np.random.RandomState(3), device)
    reference = GaussianMixture(COMPONENTS, reg_covar=FLOOR, random_state=np.random.RandomState(3)).fit(z)
    return [
        Number("means apart", float(np.abs(ours.means_ - reference.means_).max()), limit=MEANS),
        Number("iterations apart", abs(ours.n_iter_ - reference.n_iter_), limit=0),
    ]


def fid_features(device: torch.device, tiny: bool) -> list[Number]:
    """Compare features of images, and a FID of the small network's, with those on the CPU; the weights are random.

    A FID of Inception's 2,048 features would take more images than a CPU has time for.
    """
    ours, reference = (_features("in_domain", 100 if tiny else 400, where) for where in (device, CPU))
    fids = [features_to_fid(one, Reference(other)) for one, other in (ours, reference)]
    found = [
        Number("in-domain features apart", apart(ours, reference), limit=fid.TOLERANCE),
        Number("FID apart", abs(fids[0] / fids[1] - 1), limit=fid.TOLERANCE),
    ]
    if not tiny:
        ours, reference = (_features("inception", 20, where) for where in (device, CPU))
        found.append(Number("Inception's features apart", apart(ours, reference), limit=fid.TOLERANCE))
    return found


def _features(network: str, count: int, device: torch.device) -> Tensor:
    """Return features [2, n, f] of two sets of images."""
    generator = np.random.default_rng(0)
    with tempfile.TemporaryDirectory() as folder:
        fid.WRITERS[network](Path(folder) / network)
        extractor = load_extractor(network, Path(folder) / network, device)
    sets = [fid.pictures(count, brightest, generator) for brightest in (100, 200)]
    return torch.stack([images_to_features(images, extractor, device) for images in sets])
