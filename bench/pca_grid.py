"""Rule `pca_grid`: images on the codes' principal plane (Figure 8); in: model, train codes; out: images."""

import argparse
import json
from pathlib import Path

import numpy as np
from sklearn.decomposition import PCA

from bench.engine.build import decode, device_of, load_models
from bench.job.command import run
from bench.records.files import read_array, write_array
from bench.records.spec import read_spec


def pca_grid(z: np.ndarray, size: int, extent: float) -> np.ndarray:
    """Return codes [size, size, d] on a square grid of +-`extent` standard deviations about the mean code.

    Rows follow the second principal direction downwards, columns the first. Codes that are not finite (of a
    diverged seed) give NaN.
    """
    if not np.isfinite(z).all():
        return np.full((size, size, z.shape[1]), np.nan)
    with np.errstate(invalid="ignore"):  # constant codes: shares of no variance, which nobody reads
        pca = PCA(n_components=2, svd_solver="covariance_eigh").fit(z.astype(np.float64))
    along = np.linspace(-extent, extent, size)
    first, second = np.meshgrid(along, along)
    # Constant codes have no variance, or by rounding less than none.
    deviations = np.sqrt(pca.explained_variance_.clip(0))
    scores = np.stack([first, second], axis=-1).reshape(-1, 2) * deviations
    return pca.inverse_transform(scores).reshape(size, size, -1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("spec", "model", "codes", "out"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--settings", type=json.loads, required=True)
    parser.add_argument("--device", required=True)
    arguments = parser.parse_args()
    spec, device = read_spec(arguments.spec), device_of(arguments.device)
    size, extent = arguments.settings["size"], arguments.settings["extent"]
    models = load_models(spec, arguments.model, device)
    codes = read_array(arguments.codes / "train.npy")
    grids = [pca_grid(z, size, extent).reshape(size * size, -1) for z in codes]
    images = np.stack([decode(model, z, device) for model, z in zip(models, grids, strict=True)])
    write_array(arguments.out, images.reshape(len(models), size, size, *spec.shape))
    print(f"drew the principal plane of {spec.name}: {size} x {size}")


if __name__ == "__main__":
    run(main)
