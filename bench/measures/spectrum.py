"""How many dimensions the codes use: singular values of the test codes' covariance, and ranks (Figures 2 and 4)."""

from collections.abc import Iterator

import numpy as np

from bench.measures.base.trained import Trained


def measure(trained: Trained, *, thresholds: list[float]) -> Iterator[tuple[str, float]]:
    """Yield `spectrum` of the test codes and, if the model has a posterior, ranks of codes drawn from it: `sampled:`.

    The released encoder of a VAE returns drawn codes, so Figure 4 is of these; all other codes are posterior means.
    """
    yield from spectrum(trained.codes["test"], thresholds)
    drawn = trained.drawn("test")
    if drawn is not None:
        yield from ((f"sampled:{name}", value) for name, value in spectrum(drawn, thresholds) if "rank" in name)


def codes_to_spectrum(z: np.ndarray) -> tuple[float, np.ndarray]:
    """Return the largest singular value of the covariance of codes [n, d], and all of them [d] divided by it.

    Figures 2 and 4 of the paper. Constant codes have a largest value of 0 and a spectrum of zeros.
    """
    covariance = np.cov(z, rowvar=False, dtype=np.float64)
    values = np.linalg.svd(covariance, compute_uv=False)
    return float(values[0]), values / values[0] if values[0] > 0 else np.zeros_like(values)


def effective_rank(values: np.ndarray) -> float:
    """Return exp(entropy) of singular values [d] scaled to sum 1 (Roy & Vetterli 2007); 0 if all are zero."""
    if not values.any():
        return 0.0
    p = values[values > 0] / values.sum()
    return float(np.exp(-(p * np.log(p)).sum()))


def spectrum(z: np.ndarray, thresholds: list[float]) -> Iterator[tuple[str, float]]:
    """Yield the metrics of one seed's codes [n, d]; every value is NaN if a code is not finite."""
    finite = bool(np.isfinite(z).all())
    largest, values = codes_to_spectrum(z) if finite else (np.nan, np.full(z.shape[1], np.nan))
    yield "largest_singular_value", largest
    for threshold in thresholds:
        yield f"rank:{threshold:g}", float((values > threshold).sum()) if finite else np.nan
    yield "effective_rank", effective_rank(values) if finite else np.nan
    yield from ((f"singular_value:{index}", float(value)) for index, value in enumerate(values))
