import numpy as np
import pytest
import torch
from small_run import CPU

from bench.measures.reconstruction import pixel_variance, reconstruction_error


class Shifted(torch.nn.Module):
    """Decodes codes, which are the images themselves, to themselves plus a constant."""

    def __init__(self, shift: float) -> None:
        super().__init__()
        self.shift = shift

    def decode(self, z):
        return z + self.shift


def images(count=7) -> np.ndarray:
    return np.random.default_rng(0).integers(256, size=(count, 3, 4, 4), dtype=np.uint8)


def codes() -> np.ndarray:
    return (images() / 255).astype(np.float32)


def test_a_perfect_model_has_no_error():
    assert reconstruction_error(Shifted(0.0), codes(), images(), CPU) == 0


@pytest.mark.parametrize("batch", [1, 3, 7, 500])
def test_a_constant_shift_costs_its_square_whatever_the_batch(batch):
    assert reconstruction_error(Shifted(0.1), codes(), images(), CPU, batch) == pytest.approx(0.01, rel=1e-5)


def test_a_black_image_costs_the_mean_square_of_the_pixels():
    class Black(Shifted):
        def decode(self, z):
            return torch.zeros_like(z)

    expected = ((images() / 255) ** 2).mean()
    assert reconstruction_error(Black(0.0), codes(), images(), CPU) == pytest.approx(expected, rel=1e-5)


def test_the_mean_image_explains_nothing_in_whatever_chunks_it_is_computed():
    many = images(1200)
    assert pixel_variance(many) == pytest.approx((many / 255).var(0).mean())
    assert pixel_variance(many[:1]) == 0
