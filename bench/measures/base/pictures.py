"""Codes whose images figures show: between two codes (Figures 3 and 5), and on the principal plane (Figure 8)."""

import numpy as np
from sklearn.decomposition import PCA

from bench.measures.base.pairs import drawn_pairs


def interpolate(z: np.ndarray, pairs: int, steps: int) -> np.ndarray:
    """Return codes [p, steps, d] from one test code to another, both ends included.

    The pairs are the same for every variant and seed. The released code never reaches its second end
    (docs/protocol.md, row 16).
    """
    ends = z[drawn_pairs("pairs", pairs, len(z))]
    t = np.linspace(0, 1, steps)[:, None]
    return ends[:, :1] * (1 - t) + ends[:, 1:] * t


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
