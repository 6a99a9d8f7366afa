"""New codes from densities fitted to codes (Table 1, Figures 6 and 7)."""

import warnings

import numpy as np
import torch
from sklearn import config_context
from sklearn.cluster import KMeans
from sklearn.exceptions import ConvergenceWarning
from sklearn.mixture import GaussianMixture

from bench.job.command import Stop
from bench.records.stream import stream, stream_seed

DENSITIES = ("gaussian", "gmm")
METRICS = ("gmm_converged", "gmm_iterations", "covariance_floor")


def sample(z: np.ndarray, components: int, settings: dict, seed: int, device: torch.device) -> tuple[dict, dict]:
    """Fit both densities to a seed's codes [n, d]; return samples {density: float32 [count, d]} and metrics.

    Codes after a linear chain are tiny and of low rank, so that scikit-learn's floor under the variances,
    which is absolute, could outweigh them: they are fitted in float64 at unit mean variance, where
    `covariance_floor` is a share of the mean variance. Codes not finite (a diverged seed) give NaN.
    Stops where there are fewer codes than components.
    """
    count, floor = settings["count"], settings["covariance_floor"]
    if not np.isfinite(z).all():
        nothing = np.full((count, z.shape[1]), np.nan, dtype=np.float32)
        return dict.fromkeys(DENSITIES, nothing), dict.fromkeys(METRICS, np.nan)
    if len(z) < max(2, components):
        raise Stop(
            f"{len(z)} codes are too few for a mixture of {components} components: give the data set more images"
        )
    z = z.astype(np.float64)
    centre, scale = z.mean(0), np.sqrt(z.var(0).mean())
    standard = (z - centre) / (scale or 1.0)
    mixture = fit_gmm(standard, components, floor, seed, device)
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


def fit_gmm(z: np.ndarray, components: int, floor: float, seed: int, device: torch.device) -> GaussianMixture:
    """Fit a Gaussian mixture with full covariances to codes [n, d] (Figure 7, Table 1)."""
    # One generator for fitting and sampling; NumPy's legacy kind, which scikit-learn needs, has 32-bit seeds.
    generator = np.random.RandomState(stream_seed(seed, "gmm") % 2**32)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # recorded as gmm_converged
        if device.type == "cpu":
            return GaussianMixture(components, reg_covar=floor, random_state=generator).fit(z)
        return fit_gmm_to_tensor(z, components, floor, generator, device)


def fit_gmm_to_tensor(
    z: np.ndarray, components: int, floor: float, generator: np.random.RandomState, device: torch.device
) -> GaussianMixture:
    """Fit the mixture that `GaussianMixture.fit` fits to codes [n, d], by its own code on the tensors of a device.

    It begins with k-means, for which scikit-learn has no tensors: the clusters come from NumPy.
    """
    labels = KMeans(components, n_init=1, random_state=generator).fit(z).labels_
    start = {name: torch.from_numpy(a).to(device) for name, a in labels_to_start(z, labels, components, floor).items()}
    # `random_from_data` draws nothing: all it would begin with is given. The default is refused where X is a tensor.
    mixture = GaussianMixture(
        components, reg_covar=floor, random_state=generator, init_params="random_from_data", **start
    )
    with config_context(array_api_dispatch=True):
        mixture.fit(torch.from_numpy(z).to(device))
    for name in ("weights_", "means_", "covariances_"):
        setattr(mixture, name, getattr(mixture, name).cpu().numpy())
    return mixture


def labels_to_start(z: np.ndarray, labels: np.ndarray, components: int, floor: float) -> dict[str, np.ndarray]:
    """Return the mixture whose components are clusters of codes [n, d], as arguments of `GaussianMixture`.

    An empty cluster, of which constant codes have some, has weight 0, mean 0 and the floor as its variance.
    """
    means, precisions = [], []
    for component in range(components):
        members = z[labels == component]
        size = max(len(members), 1)
        means.append(members.sum(0) / size)
        centred = members - means[-1]
        covariance = centred.T @ centred / size + floor * np.eye(z.shape[1])
        inverse = np.linalg.inv(np.linalg.cholesky(covariance))
        precisions.append(inverse.T @ inverse)
    weights = np.bincount(labels, minlength=components) / len(z)
    return {"weights_init": weights, "means_init": np.stack(means), "precisions_init": np.stack(precisions)}


def sample_gmm(mixture: GaussianMixture, count: int, seed: int) -> np.ndarray:
    """Draw `count` codes, shuffled: scikit-learn's come component by component, and figures show the first."""
    return stream(seed, "gmm order").permutation(mixture.sample(count)[0])
