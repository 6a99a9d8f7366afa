import numpy as np
import pytest
import torch
from small_run import CPU, write_small_run

from bench.encode import encode_data
from bench.engine.build import decode, encode
from bench.measures.reconstruction import measure, pixel_variance, reconstruction_error


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


def test_tf32_is_off_where_images_are_encoded_decoded_and_compared_and_back_afterwards(monkeypatch):
    monkeypatch.setattr(torch.backends.cudnn, "allow_tf32", True)
    seen = []

    class Spy(Shifted):
        def decode(self, z):
            seen.append(torch.backends.cudnn.allow_tf32)
            return z

        encode = decode

    model = Spy(0.0)
    encode(model, images(), CPU)
    decode(model, codes(), CPU)
    reconstruction_error(model, codes(), images(), CPU)
    assert seen == [False] * 3 and torch.backends.cudnn.allow_tf32


def test_the_mean_image_explains_nothing_in_whatever_chunks_it_is_computed():
    many = images(1200)
    assert pixel_variance(many) == pytest.approx((many / 255).var(0).mean())
    assert pixel_variance(many[:1]) == 0


def shares(folder, model, **options) -> list[float]:
    """Return the penalties' shares of the losses of two untrained seeds, none of a model that has no penalty."""
    spec, _ = write_small_run(folder, model, **options)
    run = encode_data(spec, folder / "model.safetensors", folder / "data", CPU)
    return [value for each in run for name, value in measure(each) if name == "penalty_share"]


def test_a_penalty_s_share_is_its_part_of_the_mean_loss_of_the_test_images(tmp_path):
    share, _ = shares(tmp_path, "ae", l2=2.0)
    spec, models = write_small_run(tmp_path, "ae", l2=2.0)
    x = torch.from_numpy(np.load(tmp_path / "data" / "test.npy")) / 255
    z = models[0].encode(x)
    error, penalty = (models[0].decode(z) - x).square().mean().item(), 2 * z.square().mean().item()
    assert len(x) % spec.training.batch == 0
    assert share == pytest.approx(penalty / (error + penalty), rel=1e-5)


@pytest.mark.parametrize(
    ("model", "options"),
    [
        *(("ae", {"l1": 0.1}), ("vae", {}), ("wae", {"weight": 1.0}), ("least_volume", {}), ("lorae", {})),
        *(("irmae_wd", {}), ("rae", {}), ("rae", {"code": 0.0, "decoder": 1.0, "penalty": "gradient"})),
    ],
)
def test_every_method_with_a_penalty_has_a_share_between_none_and_all_of_its_loss(model, options, tmp_path):
    found = shares(tmp_path, model, **options)
    assert len(found) == 2
    assert all(0 < share < 1 for share in found)


@pytest.mark.parametrize(
    ("model", "options"), [("ae", {}), ("irmae", {"depth": 2}), ("rrae", {"rank": 2}), ("pca", {})]
)
def test_a_method_without_penalty_has_none(model, options, tmp_path):
    assert shares(tmp_path, model, **options) == []
