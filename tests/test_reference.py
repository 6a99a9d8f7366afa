"""Rule `reference`: floors, ceilings and features of real images."""

import shutil

import numpy as np
import pytest
import torch
from safetensors import safe_open
from small_run import CPU, DATA, read_rows

from bench.fetch import fetch
from bench.measures.base.features import images_to_features, load_extractor
from bench.measures.base.manifold import nearest
from bench.records.data import load
from bench.records.files import read_json, read_origin, sha256, write_json
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
        scored=COUNTS["test"] // 2,
        data=folder / "data",
        network=folder / "network.safetensors",
        features=features,
        metrics=metrics,
        device=CPU,
    )
    with safe_open(features, framework="pt") as file:
        tensors, metadata = {name: file.get_tensor(name) for name in ("train", "test")}, file.metadata()
    return tensors, metadata, {key: float(value) for key, value in read_rows(metrics).items()}


@pytest.mark.parametrize(("split", "half"), [("test", 300), ("train", 150)])
def test_the_reference_is_the_whole_split_and_the_floor_the_other(folder, split, half):
    features, metadata, rows = run_rule(folder, split)
    extractor = load_extractor("in_domain", folder / "network.safetensors", CPU)
    expected = images_to_features(load(folder / "data", split)[0], extractor, CPU)
    assert torch.equal(features[split], expected) and features[split].shape == (COUNTS[split], 64)
    assert features[{"test": "train", "train": "test"}[split]].shape == (half, 64)
    assert metadata == {"extractor": "in_domain", "weights_sha256": sha256(folder / "network.safetensors")}
    assert metadata.items() <= read_origin(folder / "reference.csv").items()
    counts = {name: value for name, value in rows.items() if name[1].startswith("count")}
    assert counts == {(0, "count:real"): half, (1, "count:real"): half, (0, "count:noise"): 1000}


def test_the_floor_lies_below_the_ceiling(folder):
    rows = run_rule(folder)[2]
    for metric in ("fid", "kid"):
        floors = [rows[seed, f"{metric}:real"] for seed in (0, 1)]
        assert floors[0] != floors[1]
        assert max(map(abs, floors)) < 0.5 * rows[0, f"{metric}:noise"]


def test_floor_and_ceiling_take_as_many_images_as_there_are_samples(folder):
    rows = run_rule(folder, count=10)[2]
    assert {value for (_, metric), value in rows.items() if metric.startswith("count")} == {10}


def test_without_a_model_the_ends_are_real_and_the_middles_blended(folder):
    rows = {name: value for (_, name), value in run_rule(folder, count=10)[2].items()}
    test, train = (load(folder / "data", split)[0] for split in ("test", "train"))
    assert rows["off_manifold:real"] == pytest.approx(nearest(test, train, CPU).mean())  # the pairs are all test images
    assert 0 < rows["off_manifold:blend"] < 1
    assert rows["midpoint_error:blend"] < 1 / 255  # of a linear set, blended pixels are the image halfway


def test_where_the_images_halfway_are_not_known_nothing_is_said_of_them(folder, tmp_path):
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    record = read_json(tmp_path / "data" / "data.json")
    write_json(tmp_path / "data" / "data.json", record | {"name": "mnist5k", "options": {"train": 1, "test": 1}})
    names = {name for _, name in run_rule(tmp_path, count=10)[2]}
    assert {"off_manifold:real", "off_manifold:blend"} <= names and "midpoint_error:blend" not in names
