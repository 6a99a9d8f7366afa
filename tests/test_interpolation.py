"""Images halfway between two codes, on the scale of real images and of pixels blended."""

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from small_run import CPU

from bench.measures.base.features import Reference
from bench.measures.base.interpolation import Scale, interpolation, read_scale
from bench.measures.base.pairs import blended, rms

SHAPE = (1, 2, 2)


class Identity:
    """Codes are images."""

    def decode(self, z):
        return z.unflatten(1, SHAPE)


def pixels(images: torch.Tensor) -> tuple[torch.Tensor]:
    """An extractor whose features are pixels of the first channel."""
    return (images[:, 0].flatten(1) / 255,)


def images_of(count, seed) -> np.ndarray:
    """Images of one bright pixel, in one of four places."""
    place = np.random.default_rng(seed).integers(4, size=count)
    return (np.eye(4, dtype=np.uint8)[place] * 255).reshape(count, *SHAPE)


def fid(images: np.ndarray, real: np.ndarray) -> float:
    """A FID in pixels, from its definition, where covariances commute as they do here about enough."""
    means = [x.reshape(len(x), -1).mean(0) / 255 for x in (images, real)]
    covariances = [np.cov(x.reshape(len(x), -1).T / 255) for x in (images, real)]
    roots = np.sqrt(np.linalg.eigvals(covariances[0] @ covariances[1]).real.clip(0)).sum()
    return np.square(means[0] - means[1]).sum() + np.trace(covariances[0]) + np.trace(covariances[1]) - 2 * roots


REAL, TEST = images_of(200, 0), images_of(100, 1).reshape(50, 2, *SHAPE)
REFERENCE = Reference(torch.from_numpy(REAL.reshape(200, -1) / 255).float())
SCALE = Scale(fid(TEST[:, 0], REAL), fid(blended(TEST), REAL))
CODES = (TEST / 255).reshape(50, 2, -1).astype(np.float32)


def test_a_model_that_decodes_the_pixels_themselves_blends_its_ends():
    values = interpolation(Identity(), CODES, REFERENCE, SCALE, blended(TEST), pixels, CPU)
    assert values["interpolation:ends"] == pytest.approx(0, abs=1e-3)
    assert values["interpolation:middle"] == pytest.approx(1, abs=1e-3)
    assert values["midpoint_error"] == 0


def test_the_distance_from_the_true_image_halfway_is_asked_only_where_it_is_known():
    truth = np.zeros((50, *SHAPE), np.uint8)
    known = interpolation(Identity(), CODES, REFERENCE, SCALE, truth, pixels, CPU)
    assert known["midpoint_error"] == pytest.approx(rms(blended(TEST), truth).mean())
    unknown = interpolation(Identity(), CODES, REFERENCE, SCALE, None, pixels, CPU)
    assert unknown == {name: value for name, value in known.items() if name != "midpoint_error"}


def test_one_end_that_is_not_finite_leaves_no_number():
    lost = CODES.copy()
    lost[3, 1, 0] = np.nan
    values = interpolation(Identity(), lost, REFERENCE, SCALE, blended(TEST), pixels, CPU)
    assert list(values) == ["interpolation:middle", "midpoint_error", "interpolation:ends"]
    assert np.isnan(list(values.values())).all()


def test_the_scale_is_linear_and_says_nothing_where_its_ends_are_one():
    assert [Scale(0.5, 2.5).share(fid) for fid in (0.5, 1.5, 2.5, 6.5)] == [0, 0.5, 1, 3]
    assert np.isnan(Scale(0.5, 0.5).share(3.0))


def test_the_scale_is_read_from_the_file_of_the_reference_features(tmp_path):
    save_file({"interpolation_fid": torch.tensor([0.1, 0.7], dtype=torch.float64)}, tmp_path / "reference.safetensors")
    assert read_scale(tmp_path / "reference.safetensors") == Scale(0.1, 0.7)
