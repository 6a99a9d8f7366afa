import json

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from small_run import CPU, LATENT, SHAPE, call, read_rows, write_small_run

from bench.engine.build import decode
from bench.fid import fid, main, read_reference
from bench.job.command import Stop
from bench.measures.base.features import Reference, features_to_fid, features_to_kid, images_to_features, load_extractor
from bench.records.files import sha256
from benchmarks.random_network import write_random_in_domain

COUNT = 300


class Pixels(torch.nn.Module):
    """A model whose codes are the images themselves."""

    def decode(self, z):
        return z.view(-1, *SHAPE)


def levels(count, seed=0) -> np.ndarray:
    """Codes of `Pixels` that are images of one grey level each."""
    generator = np.random.default_rng(seed)
    return np.repeat(generator.integers(256, size=(count, 1)) / 255, np.prod(SHAPE), axis=1).astype(np.float32)


@pytest.fixture
def weights(tmp_path):
    write_random_in_domain(tmp_path / "weights.safetensors")
    return tmp_path / "weights.safetensors"


@pytest.fixture
def extractor(weights):
    return load_extractor("in_domain", weights, CPU)


def features_of(z, extractor) -> torch.Tensor:
    return images_to_features(decode(Pixels(), z, CPU), extractor, CPU)


def test_samples_that_are_the_real_images_have_no_distance(extractor):
    z = levels(COUNT)
    metrics, images = fid(Pixels(), z, Reference(features_of(z, extractor)), extractor, CPU)
    assert metrics["fid"] == pytest.approx(0, abs=1e-5)  # one grey level: a covariance of low rank
    assert np.array_equal(images, (z[:100] * 255).round().astype(np.uint8).reshape(100, *SHAPE))


def test_noise_is_far_from_real_images_and_other_real_images_are_near(extractor):
    reference = Reference(features_of(levels(COUNT), extractor))
    noise = np.random.default_rng(1).random((COUNT, np.prod(SHAPE)), dtype=np.float32)
    near, far = (fid(Pixels(), z, reference, extractor, CPU)[0] for z in (levels(COUNT, seed=1), noise))
    assert near["fid"] < far["fid"] / 5
    assert abs(near["kid"]) < far["kid"] / 5


def test_a_diverged_seed_has_no_numbers_and_black_images(extractor):
    z = np.full_like(levels(COUNT), np.nan)
    metrics, images = fid(Pixels(), z, Reference(features_of(levels(COUNT), extractor)), extractor, CPU)
    assert np.isnan([metrics["fid"], metrics["kid"]]).all()
    assert images.shape == (100, *SHAPE) and images.dtype == np.uint8 and not images.any()


def write_reference(path, weights) -> torch.Tensor:
    features = torch.rand(50, 64, generator=torch.Generator().manual_seed(0))
    save_file({"test": features}, path, {"extractor": "in_domain", "weights_sha256": sha256(weights)})
    return features


def test_a_reference_made_with_other_weights_stops(tmp_path, weights):
    features = write_reference(tmp_path / "reference.safetensors", weights)
    found, network = read_reference(tmp_path / "reference.safetensors", weights, CPU)
    assert torch.equal(found["test"].features, features) and network["extractor"] == "in_domain"
    weights.write_bytes(b"others")
    with pytest.raises(Stop, match="reference.safetensors was made with other weights"):
        read_reference(tmp_path / "reference.safetensors", weights, CPU)


def test_the_rule_writes_a_number_per_seed_and_density_and_the_first_images(tmp_path, weights, monkeypatch):
    _, models = write_small_run(tmp_path, diverged=1)
    generator = torch.Generator().manual_seed(0)
    samples = {name: torch.randn(2, COUNT, LATENT, generator=generator) for name in ("gaussian", "gmm")}
    for z in samples.values():
        z[1] = torch.nan
    save_file(samples, tmp_path / "samples.safetensors")
    reference = write_reference(tmp_path / "reference.safetensors", weights)
    names = ("model", "samples", "reference")
    flags = {name: tmp_path / f"{name}.safetensors" for name in names}
    flags |= {"spec": tmp_path / "spec.json", "extractor": weights, "device": "cpu"}
    flags |= {name: tmp_path / f"{name}.npy" for name in samples}
    settings = json.dumps({"extractor": "in_domain", "reference": "test", "epochs": 1, "count": COUNT})
    call(monkeypatch, main, **flags, settings=settings, metrics=tmp_path / "fid.csv")

    rows = read_rows(tmp_path / "fid.csv")
    values = {(row["seed"], row["metric"]): row["value"] for row in rows}
    assert len(rows) == len(values) == 2 * 6
    extractor = load_extractor("in_domain", weights, CPU)
    for name, z in samples.items():
        decoded = decode(models[0], z[0], CPU)
        features = images_to_features(decoded, extractor, CPU)
        assert float(values["0", f"fid:{name}"]) == pytest.approx(features_to_fid(features, Reference(reference)))
        assert float(values["0", f"kid:{name}"]) == pytest.approx(features_to_kid(features, reference))
        assert values["1", f"fid:{name}"] == values["1", f"kid:{name}"] == ""
        images = np.load(tmp_path / f"{name}.npy")
        assert images.shape == (2, 100, *SHAPE) and images.dtype == np.uint8
        assert np.array_equal(images[0], decoded[:100]) and not images[1].any()
    for seed in ("0", "1"):
        assert (values[seed, "count:samples"], values[seed, "count:reference"]) == (f"{COUNT}.0", "50.0")
