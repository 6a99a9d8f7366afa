"""Densities fitted to codes and samples of them: ours on the device against scikit-learn and NumPy on the CPU."""

import numpy as np
import torch
from sklearn.mixture import GaussianMixture

from bench.measures.base.densities import sample
from bench.records.stream import stream_seed
from benchmarks.side_by_side import Line, side_by_side, times_as_fast

LATENT, COMPONENTS, DRAWN, FLOOR = 128, 4, 10000, 1e-6
GOAL = {"cpu": 1.0, "cuda": 10.0}  # times as fast
SIZE = {"cpu": (10000, 2, 3), "cuda": (60000, 5, 3)}  # codes, seeds, rounds: a CPU takes most of a minute for the fewer
WHY = {"cpu": "both ways are scikit-learn on this CPU", "cuda": "ours: scikit-learn on tensors, k-means on the CPU"}


def codes(count: int, seed: int) -> np.ndarray:
    """Return codes [count, d] of four overlapping groups with a geometric spectrum, centred and of mean variance 1.

    So both ways fit the same numbers; ours centres and rescales all the same.
    """
    generator = np.random.default_rng(seed)
    group = generator.integers(COMPONENTS, size=count)
    centres = 0.3 * generator.normal(size=(COMPONENTS, LATENT))
    widths = generator.uniform(0.7, 1.3, size=(COMPONENTS, LATENT))
    z = 0.95 ** np.arange(LATENT) * (centres[group] + widths[group] * generator.normal(size=(count, LATENT)))
    return (z - z.mean(0)) / np.sqrt(z.var(0).mean())


def plain(z: np.ndarray, seed: int) -> int:
    """Fit and sample both densities as one would without this suite; return the iterations of the mixture."""
    generator = np.random.default_rng(seed)
    generator.multivariate_normal(z.mean(0), np.cov(z, rowvar=False), DRAWN)
    # Our seed: another begins with other clusters and takes more steps, or fewer.
    mixture = GaussianMixture(COMPONENTS, reg_covar=FLOOR, random_state=stream_seed(seed, "gmm") % 2**32).fit(z)
    mixture.sample(DRAWN)
    return mixture.n_iter_


def measure(device: torch.device) -> list[Line]:
    """Measure the one line; an assertion fails where the two ways did not take the same steps."""
    count, seeds, rounds = SIZE[device.type]
    sets = [codes(count, seed) for seed in range(seeds)]
    settings = {"count": DRAWN, "covariance_floor": FLOOR}
    steps: dict[str, list[int]] = {}

    def ours() -> None:
        fits = [sample(z, COMPONENTS, settings, seed, device)[1] for seed, z in enumerate(sets)]
        steps["ours"] = [int(metrics["gmm_iterations"]) for metrics in fits]

    def of_scikit_learn() -> None:
        steps["plain"] = [plain(z, seed) for seed, z in enumerate(sets)]

    taken = side_by_side({"ours": ours, "plain": of_scikit_learn}, device, rounds)
    assert steps["ours"] == steps["plain"], steps
    ratio, detail = times_as_fast(taken, "ours", "plain")
    what = f"Gaussian and GMM: {count:,} x {LATENT} codes, {seeds} seeds"
    detail |= {"iterations": steps["ours"], "drawn": DRAWN, "rounds": rounds, "note": WHY[device.type]}
    return [Line(what, "scikit-learn on the CPU", ratio, "x", GOAL[device.type], detail)]
