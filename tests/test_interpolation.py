import numpy as np
import pytest
from small_run import CPU

from bench.measures.interpolation import distances


class Identity:
    """Codes are images."""

    def decode(self, z):
        return z.unflatten(1, (1, 2, 2))


REAL = np.array([[0, 0, 0, 0], [255, 255, 0, 0]], np.uint8).reshape(2, 1, 2, 2)
ENDS = np.array([[[0, 0, 0, 0], [1, 1, 0, 0]]], np.float32)
HALFWAY = np.array([[128, 128, 0, 0]], np.uint8).reshape(1, 1, 2, 2)


def test_a_model_that_decodes_the_pixels_themselves_blends_its_ends():
    half_white = pytest.approx(0.5 * 0.5**0.5, abs=0.002)
    assert distances(Identity(), ENDS, REAL, None, CPU) == {"off_manifold:ends": 0.0, "off_manifold:middle": half_white}
    assert distances(Identity(), ENDS, REAL, HALFWAY, CPU)["midpoint_error"] == 0


def test_one_end_that_is_not_finite_leaves_no_number():
    lost = distances(Identity(), ENDS * [1, np.nan, 1, 1], REAL, HALFWAY, CPU)
    assert list(lost) == ["off_manifold:ends", "off_manifold:middle", "midpoint_error"]
    assert np.isnan(list(lost.values())).all()
