"""Rule `spectrum`: how many dimensions the codes use; in: test codes, out: singular values and ranks."""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from bench.job.command import run
from bench.records.files import read_array, write_rows
from bench.records.origin import origin
from bench.records.spec import read_spec


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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("spec", "codes", "out"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--settings", type=json.loads, required=True)
    arguments = parser.parse_args()
    spec = read_spec(arguments.spec)
    codes = read_array(arguments.codes / "test.npy")
    rows = [
        (seed, metric, value)
        for seed, z in zip(spec.seeds, codes, strict=True)
        for metric, value in spectrum(z, arguments.settings["thresholds"])
    ]
    write_rows(arguments.out, rows, origin("spectrum", arguments.spec))
    ranks = [f"{value:.1f}" for _, metric, value in rows if metric == "effective_rank"]
    print(f"spectrum of {spec.name}: effective rank {' '.join(ranks)}")


if __name__ == "__main__":
    run(main)
