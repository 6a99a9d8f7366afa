"""Rule `reference`: features of real images, and what controls score."""

import shutil

import numpy as np
import pytest
import torch
from safetensors import safe_open
from small_run import CPU, DATA, read_rows

from bench.fetch import fetch
from bench.fid_extractor import main as train_extractor
from bench.measures.base.features import Reference, features_to_fid, images_to_features, load_extractor
from bench.measures.base.pairs import blended, drawn_pairs
from bench.records.data import load
from bench.records.files import read_json, read_origin, sha256, write_json
from bench.records.names import UNREAL
from bench.reference import halves, main, noise_images
from benchmarks.random_network import write_random_in_domain


def numbered(count) -> np.ndarray:
    """Images of one pixel that holds the image's number."""
    return np.arange(count, dtype=np.uint8).reshape(count, 1, 1, 1)


@pytest.mark.parametrize(("available", "count", "size"), [(100, 20, 20), (100, 50, 50), (101, 80, 50)])
def test_halves_share_no_image_and_have_at_most_the_count(available, count, size):
    first, second = (set(half.flatten().tolist()) for half in halves(numbered(available), count))
    assert len(first) == len(second) == size
    assert not first & second


def test_halves_are_drawn_from_the_whole_set():
    for half in halves(numbered(200), 50):
        assert half.min() < 50 and half.max() >= 150


def test_noise_takes_every_value_and_repeats():
    noise = noise_images(50, (3, 8, 8))
    assert noise.shape == (50, 3, 8, 8) and noise.dtype == np.uint8
    assert set(np.unique(noise)) == set(range(256))
    assert np.array_equal(noise, noise_images(50, (3, 8, 8)))


KEPT = ("train", "test", "interpolation_fid")
COUNTS = {"train": 600, "test": 300}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Data that know the image halfway between two others, and extractor weights."""
    folder = tmp_path_factory.mktemp("data")
    fetch("linear", DATA | COUNTS, folder, folder / "data")
    write_random_in_domain(folder / "network.safetensors")
    return folder


def run_rule(folder, against="test", count=1000):
    """Run the rule; return its features by split, what is said of them, and its rows {(seed, metric): number}."""
    features, metrics = folder / "reference.safetensors", folder / "reference.csv"
    main(
        against=against,
        extractor="in_domain",
        count=count,
        pairs=COUNTS["test"] // 2,
        data=folder / "data",
        network=folder / "network.safetensors",
        features=features,
        metrics=metrics,
        device=CPU,
    )
    with safe_open(features, framework="pt") as file:
        tensors, metadata = {name: file.get_tensor(name) for name in KEPT}, file.metadata()
    return tensors, metadata, {key: float(value) for key, value in read_rows(metrics).items()}


@pytest.fixture(scope="module")
def extractor(folder):
    return load_extractor("in_domain", folder / "network.safetensors", CPU)


@pytest.mark.parametrize(("split", "half"), [("test", 300), ("train", 150)])
def test_the_reference_is_the_whole_split_and_the_real_images_are_of_the_other(folder, extractor, split, half):
    features, metadata, rows = run_rule(folder, split)
    expected = images_to_features(load(folder / "data", split)[0], extractor, CPU)
    assert torch.equal(features[split], expected) and features[split].shape == (COUNTS[split], 64)
    assert features[{"test": "train", "train": "test"}[split]].shape == (half, 64)
    assert metadata == {"extractor": "in_domain", "weights_sha256": sha256(folder / "network.safetensors")}
    assert metadata.items() <= read_origin(folder / "reference.csv").items()
    counts = {name: value for name, value in rows.items() if name[1].startswith("count")}
    unreal = {(0, f"count:{name}"): 1000 for name in ("noise", "blank", "mean")}
    assert counts == {(0, "count:real"): half, (1, "count:real"): half} | unreal


def test_the_halves_of_the_real_images_are_scored_alone(folder):
    rows = run_rule(folder)[2]
    assert rows[0, "fid:real"] != rows[1, "fid:real"]


def test_controls_are_as_many_images_as_there_are_samples(folder):
    rows = run_rule(folder, count=10)[2]
    assert {value for (_, metric), value in rows.items() if metric.startswith("count")} == {10}


def test_blank_images_and_the_pixel_mean_are_one_image_again_and_again(folder, extractor):
    features, _, rows = run_rule(folder)
    train = load(folder / "data", "train")[0]
    for name, image in (("blank", np.zeros_like(train[0])), ("mean", train.mean(0).round().astype(np.uint8))):
        of_one = images_to_features(np.repeat(image[None], 2, 0), extractor, CPU)
        assert rows[0, f"fid:{name}"] == pytest.approx(features_to_fid(of_one, Reference(features["test"])), rel=1e-4)


def test_interpolations_have_0_for_the_test_images_of_the_pairs_and_1_for_their_pixels_blended(folder, extractor):
    features, _, rows = run_rule(folder)
    test = load(folder / "data", "test")[0]
    ends = test[drawn_pairs("scored pairs", 150, 300)]
    sets = {"real": ends[:, 0], "blend": blended(ends)}
    train = Reference(features["train"])
    fids = {name: features_to_fid(images_to_features(x, extractor, CPU), train) for name, x in sets.items()}
    assert {name: rows[0, f"interpolation_fid:{name}"] for name in fids} == pytest.approx(fids)
    assert features["interpolation_fid"].tolist() == pytest.approx([*fids.values()])
    assert [rows[0, f"interpolation:{name}"] for name in fids] == [0, 1]


def test_the_true_image_halfway_is_asked_where_it_is_known(folder, tmp_path):
    assert run_rule(folder)[2][0, "midpoint_error:blend"] < 1 / 255  # of a linear set, blended pixels are that image
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    record = read_json(tmp_path / "data" / "data.json")
    write_json(tmp_path / "data" / "data.json", record | {"name": "mnist5k", "options": {"train": 1, "test": 1}})
    names = {name for _, name in run_rule(tmp_path, count=10)[2]}
    assert "interpolation:blend" in names and "midpoint_error:blend" not in names


# Every data set that needs no download, small: no yardstick may find what is no image as good as real ones.
DATASETS = {
    "shapes": ("shapes", {"train": 2000, "test": 400, "square": "centre", "colours": "rgb"}),
    "shapes in grey": ("shapes", {"train": 2000, "test": 400, "square": "centre", "colours": "grey"}),
    "mnist5k": ("mnist5k", {"train": 2000, "test": 400}),
    "gaussian2d": ("gaussian2d", {"train": 484, "test": 400, "sigma": 0.2}),
    "linear": ("linear", {"train": 2000, "test": 400, "rank": 8, "smallest": 0.25}),
}


@pytest.mark.parametrize("name", DATASETS)
def test_by_every_yardstick_real_images_are_better_than_what_is_none(name, tmp_path):
    dataset, options = DATASETS[name]
    fetch(dataset, options, tmp_path, tmp_path / "data")
    train_extractor(epochs=3, data=tmp_path / "data", weights=tmp_path / "network.safetensors", device=CPU)
    rows = run_rule(tmp_path, count=400)[2]
    for metric in ("fid", "kid", "interpolation"):
        real = max(rows.get((seed, f"{metric}:real"), -np.inf) for seed in (0, 1))
        unreal = {control: rows[0, f"{metric}:{control}"] for control in UNREAL}
        assert all(value > real for value in unreal.values()), (metric, real, unreal)
    assert rows[0, "interpolation_fid:real"] < rows[0, "interpolation_fid:blend"]
    assert min(rows[seed, "recall:real"] for seed in (0, 1)) > max(rows[0, f"recall:{control}"] for control in UNREAL)
