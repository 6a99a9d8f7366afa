"""FID and KID of decoded codes, against the features of real images that rule `reference` keeps."""

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from small_run import CPU, SHAPE

from bench.engine.build import decode
from bench.job.command import Stop
from bench.measures.base.distances import decode_features, distances, read_reference
from bench.measures.base.features import Reference, images_to_features, load_extractor
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
    features, images = decode_features(Pixels(), z, extractor, CPU)
    metrics = distances(features, Reference(features_of(z, extractor)))
    assert metrics["fid"] == pytest.approx(0, abs=1e-5)  # one grey level: a covariance of low rank
    assert np.array_equal(images, (z * 255).round().astype(np.uint8).reshape(COUNT, *SHAPE))


def test_noise_is_far_from_real_images_and_other_real_images_are_near(extractor):
    reference = Reference(features_of(levels(COUNT), extractor))
    noise = np.random.default_rng(1).random((COUNT, np.prod(SHAPE)), dtype=np.float32)
    near, far = (distances(features_of(z, extractor), reference) for z in (levels(COUNT, seed=1), noise))
    assert near["fid"] < far["fid"] / 5
    assert abs(near["kid"]) < far["kid"] / 5


def test_a_diverged_seed_has_no_numbers_and_black_images(extractor):
    z = np.full_like(levels(COUNT), np.nan)
    features, images = decode_features(Pixels(), z, extractor, CPU)
    assert features is None
    assert np.isnan(list(distances(features, Reference(features_of(levels(COUNT), extractor))).values())).all()
    assert images.shape == (COUNT, *SHAPE) and images.dtype == np.uint8 and not images.any()


def test_a_reference_is_read_by_split_and_stops_if_it_was_made_with_other_weights(tmp_path, weights):
    path, kept = tmp_path / "reference.safetensors", {"test": torch.rand(50, 64), "train": torch.rand(30, 64)}
    save_file(kept, path, {"extractor": "in_domain", "weights_sha256": sha256(weights)})
    references, network = read_reference(path, weights, CPU)
    assert all(torch.equal(references[split].features, kept[split]) for split in ("train", "test"))
    assert network == {"extractor": "in_domain", "weights_sha256": sha256(weights)}
    weights.write_bytes(b"others")
    with pytest.raises(Stop, match="reference.safetensors was made with other weights"):
        read_reference(path, weights, CPU)
