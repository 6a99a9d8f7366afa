"""Rule `sample`: new codes from densities fitted to the training codes (Table 1); in: codes, out: sampled codes."""

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
from bench.spec import read_spec
from bench.stream import stream, stream_seed


def sample_gaussian(z: np.ndarray, count: int, floor: float, seed: int) -> np.ndarray:
    """Draw `count` codes from the multivariate Gaussian fitted to codes [n, d] (Figure 6).

    `floor` times the mean variance is added to every variance, as in `sample_gmm`.
    """
    covariance = np.cov(z, rowvar=False)
    values, vectors = np.linalg.eigh(covariance)
    deviations = np.sqrt(values.clip(0) + floor * np.trace(covariance) / len(covariance))
    noise = stream(seed, "gaussian").standard_normal((count, len(covariance)))
    return z.mean(0) + (noise * deviations) @ vectors.T


def sample_gmm(
    z: np.ndarray, components: int, count: int, floor: float, seed: int
) -> tuple[np.ndarray, GaussianMixture]:
    """Draw `count` codes from a Gaussian mixture fitted to codes [n, d] (Figure 7, Table 1); return them and the fit.

    scikit-learn adds an absolute floor to every variance. Codes after a linear chain are tiny and of low rank, so an
    absolute floor can outweigh them: they are fitted at unit mean variance, where the floor is relative.
    """
    centre, scale = z.mean(0), np.sqrt(z.var(0).mean()) or 1.0
    # scikit-learn takes 32-bit seeds; fitting and sampling each start from it.
    mixture = GaussianMixture(components, reg_covar=floor, random_state=stream_seed(seed, "gmm") % 2**32)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # recorded as gmm_converged
        mixture.fit((z - centre) / scale)
    drawn = mixture.sample(count)[0]  # ordered by component
    return centre + scale * stream(seed, "gmm order").permutation(drawn), mixture


def sample(z: np.ndarray, components: int, settings: dict, seed: int) -> tuple[dict, dict]:
    """Return one seed's samples {gaussian, gmm: float32 [count, d]} and its metrics; NaN for codes not finite."""
    count, floor = settings["count"], settings["covariance_floor"]
    if not np.isfinite(z).all():
        nothing = np.full((count, z.shape[1]), np.nan, dtype=np.float32)
        metrics = dict.fromkeys(("gmm_converged", "gmm_iterations", "covariance_floor"), np.nan)
        return {"gaussian": nothing, "gmm": nothing}, metrics
    z = z.astype(np.float64)
    drawn, mixture = sample_gmm(z, components, count, floor, seed)
    codes = {"gaussian": sample_gaussian(z, count, floor, seed), "gmm": drawn}
    metrics = {
        "gmm_converged": float(mixture.converged_),
        "gmm_iterations": float(mixture.n_iter_),
        "covariance_floor": floor * z.var(0).mean(),
    }
    return {name: array.astype(np.float32) for name, array in codes.items()}, metrics


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("spec", "codes", "out", "metrics"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--components", type=int, required=True)
    parser.add_argument("--settings", type=json.loads, required=True)
    arguments = parser.parse_args()
    spec = read_spec(arguments.spec)
    codes = np.load(arguments.codes / "train.npy", mmap_mode="r")
    drawn = [
        sample(z, arguments.components, arguments.settings, seed)
        for seed, z in zip(spec.seeds, codes, strict=True)
    ]
    with writing(arguments.out) as temporary:
        save_file(
            {name: np.stack([samples[name] for samples, _ in drawn]) for name in ("gaussian", "gmm")},
            temporary,
        )
    rows = [
        (s, name, value)
        for s, (_, found) in zip(spec.seeds, drawn, strict=True)
        for name, value in found.items()
    ]
    write_rows(arguments.metrics, rows)
    print(f"sampled {spec.name}: {arguments.settings['count']} codes per seed from each density")


if __name__ == "__main__":
    run(main)
