import json

import numpy as np
import pytest
import torch
from safetensors import safe_open
from small_run import call, read_rows

from bench.fid_reference import halves, main, noise_images
from bench.measures.base.features import images_to_features, load_extractor
from bench.records.files import sha256, write_array, write_json
from benchmarks.random_network import write_random_in_domain

CPU = torch.device("cpu")


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


@pytest.fixture
def folder(tmp_path):
    """Data whose images are bands of grey, and extractor weights."""
    generator = np.random.default_rng(0)
    for split, count in (("train", 600), ("test", 300)):
        levels = generator.integers(256, size=(count, 1, 4, 1), dtype=np.uint8)
        write_array(tmp_path / "data" / f"{split}.npy", levels.repeat(8, 2).repeat(32, 3))
        write_array(tmp_path / "data" / f"{split}_labels.npy", np.zeros(count, dtype=np.int64))
    write_json(tmp_path / "data" / "data.json", {"sha256": {"train.npy": "d" * 64}})
    write_random_in_domain(tmp_path / "weights.safetensors")
    return tmp_path


def run_rule(folder, monkeypatch, reference, count=1000):
    """Run the rule; return its features by split, its metadata and its rows {(metric, seed): value}."""
    out, metrics = folder / "reference.safetensors", folder / "fid_reference.csv"
    settings = json.dumps({"extractor": "in_domain", "reference": reference, "epochs": 1, "count": count})
    flags = {"data": folder / "data", "extractor": folder / "weights.safetensors", "settings": settings}
    call(monkeypatch, main, **flags, device="cpu", out=out, metrics=metrics)
    with safe_open(out, framework="pt") as file:
        features, metadata = {name: file.get_tensor(name) for name in ("train", "test")}, file.metadata()
    rows = read_rows(metrics)
    return features, metadata, {(row["metric"], row["seed"]): float(row["value"]) for row in rows}


@pytest.mark.parametrize(("split", "count", "half"), [("test", 300, 300), ("train", 600, 150)])
def test_the_reference_is_the_whole_split_and_the_floor_the_other(folder, monkeypatch, split, count, half):
    features, metadata, rows = run_rule(folder, monkeypatch, split)
    extractor = load_extractor("in_domain", folder / "weights.safetensors", CPU)
    expected = images_to_features(np.load(folder / "data" / f"{split}.npy"), extractor, CPU)
    assert torch.equal(features[split], expected) and features[split].shape == (count, 64)
    assert features[{"test": "train", "train": "test"}[split]].shape == (half, 64)
    digest = sha256(folder / "weights.safetensors")
    assert metadata == {"extractor": "in_domain", "weights_sha256": digest}
    counts = {name: value for name, value in rows.items() if name[0].startswith("count")}
    assert counts == {("count:real", "0"): half, ("count:real", "1"): half, ("count:noise", "0"): 1000}


def test_the_floor_lies_below_the_ceiling(folder, monkeypatch):
    rows = run_rule(folder, monkeypatch, "test")[2]
    for metric in ("fid", "kid"):
        floors = [rows[f"{metric}:real", seed] for seed in ("0", "1")]
        assert floors[0] != floors[1]
        assert max(map(abs, floors)) < 0.5 * rows[f"{metric}:noise", "0"]


def test_floor_and_ceiling_take_as_many_images_as_there_are_samples(folder, monkeypatch):
    rows = run_rule(folder, monkeypatch, "test", count=10)[2]
    assert {value for (metric, _), value in rows.items() if metric.startswith("count")} == {10}
