import numpy as np
import pytest
import torch
from small_run import CPU
from torch_fidelity import calculate_metrics
from torch_fidelity.metric_fid import KEY_METRIC_FID, fid_features_to_statistics, fid_statistics_to_metric

from bench.job.command import Stop
from bench.measures.base import features as module
from bench.measures.base.features import (
    KID_SEED,
    Reference,
    features_to_fid,
    features_to_kid,
    features_to_precision_recall,
    images_to_features,
    load_extractor,
)
from benchmarks.fid import Images
from benchmarks.random_network import write_random_in_domain, write_random_inception


def normal(n=2000, f=4, seed=0) -> torch.Tensor:
    """Features whose sample mean is 0 and whose sample covariance is the identity, exactly."""
    features = np.random.default_rng(seed).normal(size=(n, f))
    features -= features.mean(0)
    return torch.from_numpy(features @ np.linalg.inv(np.linalg.cholesky(np.cov(features.T))).T)


def pictures(count, channels=3, side=32, seed=0) -> np.ndarray:
    """Uint8 images of one random grey level each, with some noise."""
    generator = np.random.default_rng(seed)
    levels = generator.integers(20, 200, size=(count, channels, 1, 1))
    return (levels + generator.integers(50, size=(count, channels, side, side))).astype(np.uint8)


@pytest.fixture
def weights(tmp_path):
    write_random_in_domain(tmp_path / "weights.safetensors")
    return tmp_path / "weights.safetensors"


@pytest.fixture
def extractor(weights):
    return load_extractor("in_domain", weights, CPU)


def test_fid_of_identical_features_is_zero():
    assert features_to_fid(normal(), Reference(normal())) == pytest.approx(0, abs=1e-9)


def test_fid_of_equal_covariances_is_the_squared_distance_of_the_means():
    shift = torch.tensor([3.0, 0.0, -4.0, 0.0])
    assert features_to_fid(normal() + shift, Reference(normal(seed=1))) == pytest.approx(25)


def test_fid_of_equal_means_is_the_squared_distance_of_the_deviations_where_covariances_commute():
    scale = torch.tensor([1.0, 2.0, 3.0, 0.0])
    assert features_to_fid(scale * normal(), Reference(normal(seed=1))) == pytest.approx(0 + 1 + 4 + 1)


def test_fid_does_not_lose_small_differences_far_from_the_origin():
    far = (normal() + 1000).float()
    assert features_to_fid(far + 0.125, Reference(far)) == pytest.approx(4 * 0.125**2, rel=1e-3)


def of_rank(n, f, rank, seed) -> torch.Tensor:
    """Features [n, f] about a mean of their own that vary, by very different amounts, in `rank` directions."""
    generator = np.random.default_rng(seed)
    directions = generator.normal(size=(rank, f)) * np.geomspace(1, 1e-3, rank)[:, None]
    return torch.from_numpy(generator.normal(size=f) + generator.normal(size=(n, rank)) @ directions).float()


@pytest.mark.parametrize(
    ("n", "f", "rank", "reference_rank"),
    [(500, 64, 64, 64), (500, 64, 5, 64), (500, 64, 64, 1), (500, 64, 3, 3), (20, 64, 64, 64), (2, 8, 8, 8),
     pytest.param(300, 2048, 2048, 2048, marks=pytest.mark.long)],
)  # fmt: skip
def test_fid_is_that_of_torch_fidelity_at_any_rank(n, f, rank, reference_rank):
    generated, real = of_rank(n, f, rank, seed=0), of_rank(n + 100, f, reference_rank, seed=1)
    statistics = [fid_features_to_statistics(features.double()) for features in (generated, real)]
    expected = fid_statistics_to_metric(*statistics, verbose=False)[KEY_METRIC_FID]
    assert features_to_fid(generated, Reference(real)) == pytest.approx(expected, rel=1e-6, abs=1e-6)


@pytest.mark.parametrize(("n", "rank"), [(500, 64), (500, 3), (20, 64)])
def test_fid_of_features_with_themselves_is_zero_at_any_rank(n, rank):
    features = of_rank(n, 64, rank, seed=0)
    assert features_to_fid(features, Reference(features)) == pytest.approx(0, abs=1e-5)


@pytest.mark.parametrize("count", [30, 60])
def test_kid_of_two_points_is_their_distance_under_the_cubic_kernel(count):
    kernel = {"xx": (1 + 4) ** 3, "yy": (1 + 1) ** 3, "xy": (1 + 2) ** 3}  # 1 + x.y/f with x = 2, y = 1
    x, y = torch.full((30, 8), 2.0).double(), torch.ones(count, 8).double()
    assert features_to_kid(x, y) == pytest.approx(kernel["xx"] + kernel["yy"] - 2 * kernel["xy"])


@pytest.mark.parametrize("count", [300, 500])
def test_kid_is_about_zero_for_one_distribution_and_positive_for_two(count):
    assert abs(features_to_kid(normal(300), normal(count, seed=1))) < 0.1
    assert features_to_kid(normal(300) + 1, normal(count, seed=1)) > 1


def test_kid_repeats_its_draw_of_subsets():
    few, many = normal(40), normal(seed=1)
    assert features_to_kid(few, many) == features_to_kid(few, many)


def test_the_numbers_are_those_of_torch_fidelity(weights, extractor):
    one, other = pictures(250), 255 - pictures(230, seed=1)
    expected = calculate_metrics(
        input1=Images(one),
        input2=Images(other),
        fid=True,
        kid=True,
        prc=True,
        kid_subset_size=230,
        rng_seed=KID_SEED,
        feature_extractor="in-domain",
        feature_extractor_weights_path=str(weights),
        cuda=False,
        cache=False,
        save_cpu_ram=True,
        verbose=False,
    )
    features, real = (images_to_features(images, extractor, CPU) for images in (one, other))
    distance = features_to_fid(features, Reference(real))
    assert distance == pytest.approx(expected["frechet_inception_distance"], rel=1e-3) and distance > 0.01
    assert features_to_kid(features, real) == pytest.approx(expected["kernel_inception_distance_mean"], rel=1e-3)
    shares = features_to_precision_recall(features, real)
    assert shares == pytest.approx((expected["precision"], expected["recall"]))


def test_too_few_images_for_precision_are_one_line():
    with pytest.raises(Stop, match="3 images are too few for precision and recall"):
        features_to_precision_recall(torch.rand(3, 2), torch.rand(9, 2))


def test_precision_and_recall_are_shares_of_images_within_a_neighbours_reach():
    # Five real images a step apart: the third nearest neighbour of the outer ones is 3 steps away, of the others 2.
    real = torch.tensor([[0.0], [1.0], [2.0], [3.0], [4.0]])
    generated = torch.tensor([[-2.5], [-3.5], [1.0], [7.5]])
    precision, recall = features_to_precision_recall(generated, real)
    assert precision == 0.5  # -2.5 and 1 are within 3 of 0 and of 1, the others of none
    assert recall == 1  # of so few generated images every neighbour's reach is wide
    assert features_to_precision_recall(real, real) == (1, 1)


def test_one_real_image_again_and_again_has_precision_and_no_recall():
    real = normal(200).float()
    assert features_to_precision_recall(real[:1].expand(200, -1), real) == pytest.approx((1, 1 / 200))


def test_precision_and_recall_do_not_hang_on_the_chunks(monkeypatch):
    generated, real = normal(300).float() * 1.5, normal(400, seed=1).float()
    whole = features_to_precision_recall(generated, real)
    monkeypatch.setattr(module, "ROWS", 70)
    assert features_to_precision_recall(generated, real) == pytest.approx(whole, abs=0.005)
    assert 0.5 < whole[0] < whole[1] < 1


@pytest.mark.parametrize("side", [32, 64])
def test_features_have_64_numbers_whatever_the_size_of_the_image(extractor, side):
    features = images_to_features(pictures(3, side=side), extractor, CPU)
    assert features.shape == (3, 64) and features.dtype == torch.float32


def test_a_grey_image_has_the_features_of_its_three_channel_copy(extractor):
    grey = pictures(5, channels=1)
    expected = images_to_features(np.repeat(grey, 3, axis=1), extractor, CPU)
    assert torch.equal(images_to_features(grey, extractor, CPU), expected)


def test_features_are_in_the_order_of_the_images_over_several_batches(extractor):
    images = pictures(230)
    features = images_to_features(images, extractor, CPU)
    assert len(features) == 230
    for index in (0, 99, 100, 229):
        single = images_to_features(images[index : index + 1], extractor, CPU)[0]
        assert torch.allclose(features[index], single, rtol=1e-4, atol=1e-5)


def test_tf32_is_off_while_features_are_computed_and_back_afterwards(monkeypatch):
    monkeypatch.setattr(torch.backends.cudnn, "allow_tf32", True)
    seen = []

    def extractor(x: torch.Tensor) -> tuple[torch.Tensor]:
        seen.append(torch.backends.cudnn.allow_tf32)
        return (x.flatten(1),)

    images_to_features(pictures(2), extractor, CPU)
    assert seen == [False] and torch.backends.cudnn.allow_tf32


@pytest.fixture
def inception_weights(tmp_path):
    write_random_inception(tmp_path / "inception.pth")
    return tmp_path / "inception.pth"


def test_inception_gives_2048_features_of_grey_images_and_tells_images_from_noise(inception_weights):
    extractor = load_extractor("inception", inception_weights, CPU)
    grey = pictures(8, channels=1)
    noise = np.random.default_rng(0).integers(256, size=(4, 1, 32, 32), dtype=np.uint8)
    features, of_noise = (images_to_features(images, extractor, CPU) for images in (grey, noise))
    assert features.shape == (8, 2048) and features.dtype == torch.float32
    coloured = images_to_features(np.repeat(grey[:2], 3, axis=1), extractor, CPU)
    assert torch.allclose(coloured, features[:2], rtol=1e-4, atol=1e-5)
    some, others = features[:4], features[4:]
    assert features_to_kid(of_noise, others) > abs(features_to_kid(some, others))
    means = (of_noise.mean(0) - others.mean(0)).square().sum().item()
    variances = (of_noise.var(0).sum() + others.var(0).sum()).item()
    assert means < features_to_fid(of_noise, Reference(others)) <= (means + variances) * (1 + 1e-5)
