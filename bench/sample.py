"""Rule `sample`: new codes from densities fitted to the training codes (Table 1); in: codes, out: samples."""

import argparse
import json
import warnings
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file
from sklearn.exceptions import ConvergenceWarning
from sklearn.mixture import GaussianMixture

from bench.command import run
from bench.files import write_rows, writing
from bench.origin import origin
from bench.spec import read_spec
from bench.stream import stream, stream_seed

DENSITIES = ("gaussian", "gmm")
METRICS = ("gmm_converged", "gmm_iterations", "covariance_floor")


def sample(z: np.ndarray, components: int, settings: dict, seed: int) -> tuple[dict, dict]:
    """Fit both densities to a seed's codes [n, d]; return samples {density: float32 [count, d]} and metrics.

    Codes after a linear chain are tiny and of low rank, so that scikit-learn's floor under the variances,
    which is absolute, could outweigh them: they are fitted in float64 at unit mean variance, where
    `covariance_floor` is a share of the mean variance. Codes not finite (a diverged seed) give NaN.
    """
    count, floor = settings["count"], settings["covariance_floor"]
    if not np.isfinite(z).all():
        nothing = np.full((count, z.shape[1]), np.nan, dtype=np.float32)
        return dict.fromkeys(DENSITIES, nothing), dict.fromkeys(METRICS, np.nan)
    z = z.astype(np.float64)
    centre, scale = z.mean(0), np.sqrt(z.var(0).mean())
    standard = (z - centre) / (scale or 1.0)
    mixture = fit_gmm(standard, components, floor, seed)
    drawn = {
        "gaussian": sample_gaussian(standard, count, floor, seed),
        "gmm": sample_gmm(mixture, count, seed),
    }
    metrics = (float(mixture.converged_), float(mixture.n_iter_), float(floor * scale**2))
    samples = {name: (centre + scale * codes).astype(np.float32) for name, codes in drawn.items()}
    return samples, dict(zip(METRICS, metrics, strict=True))


def sample_gaussian(z: np.ndarray, count: int, floor: float, seed: int) -> np.ndarray:
    """Draw `count` codes from the multivariate Gaussian fitted to codes [n, d] (Figure 6)."""
    covariance = np.cov(z, rowvar=False) + floor * np.eye(z.shape[1])
    # A Cholesky factor is unique; with eigenvectors of a low-rank covariance, samples would hang on rounding.
    factor = np.linalg.cholesky(covariance)
    return z.mean(0) + stream(seed, "gaussian").standard_normal((count, z.shape[1])) @ factor.T


def fit_gmm(z: np.ndarray, components: int, floor: float, seed: int) -> GaussianMixture:
    """Fit a Gaussian mixture with full covariances to codes [n, d] (Figure 7, Table 1)."""
    # One generator for fitting and sampling; NumPy's legacy kind, which scikit-learn needs, has 32-bit seeds.
    generator = np.random.RandomState(stream_seed(seed, "gmm") % 2**32)
    mixture = GaussianMixture(components, reg_covar=floor, random_state=generator)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # recorded as gmm_converged
        return mixture.fit(z)


def sample_gmm(mixture: GaussianMixture, count: int, seed: int) -> np.ndarray:
    """Draw `count` codes, shuffled: scikit-learn's come component by component, and figures show the first."""
    return stream(seed, "gmm order").permutation(mixture.sample(count)[0])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("spec", "codes", "out", "metrics"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--components", type=int, required=True)
    parser.add_argument("--settings", type=json.loads, required=True)
    arguments = parser.parse_args()
    spec, settings = read_spec(arguments.spec), arguments.settings
    codes = np.load(arguments.codes / "train.npy", mmap_mode="r")
    drawn = [sample(z, arguments.components, settings, seed) for seed, z in zip(spec.seeds, codes, strict=True)]
    with writing(arguments.out) as temporary:
        save_file({name: np.stack([samples[name] for samples, _ in drawn]) for name in DENSITIES}, temporary)
    rows = [(s, name, value) for s, (_, m) in zip(spec.seeds, drawn, strict=True) for name, value in m.items()]
    write_rows(arguments.metrics, rows, origin("sample", arguments.spec))
    print(f"sampled {spec.name}: {settings['count']} codes per seed from each density")


if __name__ == "__main__":
    run(main)
