import numpy as np
import pytest
import torch
from small_run import CPU, call, read_rows, write_small_run

from bench.encode import main, reconstruction_error


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


def test_the_rule_writes_codes_and_one_error_per_seed_and_none_for_a_diverged_one(tmp_path, monkeypatch):
    _, models = write_small_run(tmp_path, diverged=1)
    written = {split: np.load(tmp_path / "codes" / f"{split}.npy") for split in ("train", "test")}
    call(
        monkeypatch,
        main,
        spec=tmp_path / "spec.json",
        model=tmp_path / "model.safetensors",
        data=tmp_path / "data",
        device="cpu",
        out=tmp_path / "again",
        metrics=tmp_path / "encode.csv",
    )
    for split, expected in written.items():
        assert np.array_equal(np.load(tmp_path / "again" / f"{split}.npy"), expected, equal_nan=True)
    x = torch.from_numpy(np.load(tmp_path / "data" / "test.npy")) / 255
    expected = (models[0].decode(models[0].encode(x)) - x).square().mean().item()
    rows = read_rows(tmp_path / "encode.csv")
    found = {(row["seed"], row["metric"]): row["value"] for row in rows}
    assert float(found["0", "mse"]) == pytest.approx(expected, rel=1e-5)
    explained = 1 - expected / x.var(0, correction=0).mean().item()
    assert float(found["0", "explained_variance"]) == pytest.approx(explained, rel=1e-5)
    assert found["1", "mse"] == found["1", "explained_variance"] == ""
