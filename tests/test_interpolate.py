import json

import numpy as np
import pytest
import torch
from small_run import CPU, SHAPE, call, read_rows, write_small_run

from bench import interpolate_reference
from bench.datasets.base.splits import linear
from bench.engine.build import decode
from bench.interpolate import distances, interpolate, main
from bench.measures.base.manifold import drawn_pairs, nearest, rms
from bench.records.files import write_array, write_json
from bench.records.stream import stream

OPTIONS = {"train": 60, "test": 40, "rank": 3, "smallest": 0.5}
SETTINGS = json.dumps({"pairs": 3, "steps": 4, "scored": 20})


def test_a_line_starts_and_ends_at_codes_of_the_set_and_its_middle_is_their_mean():
    z = np.random.default_rng(0).normal(size=(20, 4))
    lines = interpolate(z, pairs=3, steps=5)
    assert lines.shape == (3, 5, 4)
    assert {tuple(code) for code in lines[:, [0, -1]].reshape(6, 4)} <= {tuple(code) for code in z}
    assert np.allclose(lines[:, 2], (lines[:, 0] + lines[:, -1]) / 2)
    assert np.allclose(np.diff(lines, axis=1), np.diff(lines, axis=1)[:, :1])


def test_no_image_is_taken_twice():
    z = np.arange(20.0)[:, None]
    ends = interpolate(z, pairs=10, steps=2)
    assert sorted(ends.ravel()) == z.ravel().tolist()


def test_variants_share_their_pairs():
    z = np.random.default_rng(0).normal(size=(20, 4))
    assert np.allclose(interpolate(-3 * z, 3, 5), -3 * interpolate(z, 3, 5))


class Identity:
    """Codes are images."""

    def decode(self, z):
        return z.unflatten(1, (1, 2, 2))


def test_a_model_that_decodes_the_pixels_themselves_is_a_blend():
    real = np.array([[0, 0, 0, 0], [255, 255, 0, 0]], np.uint8).reshape(2, 1, 2, 2)
    ends = torch.tensor([[[0.0, 0, 0, 0], [1.0, 1, 0, 0]]]).numpy()
    found = distances(Identity(), ends, real, None, CPU)
    assert found == {"off_manifold:ends": 0.0, "off_manifold:middle": pytest.approx(0.5 * 0.5**0.5, abs=0.002)}
    truth = np.array([[128, 128, 0, 0]], np.uint8).reshape(1, 1, 2, 2)
    assert distances(Identity(), ends, real, truth, CPU)["midpoint_error"] == 0
    lost = distances(Identity(), ends * np.nan, real, truth, CPU)
    assert list(lost) == ["off_manifold:ends", "off_manifold:middle", "midpoint_error"]
    assert np.isnan(list(lost.values())).all()


def small_run(folder, **changes):
    """Write a small run on images that know the one halfway."""
    _, models = write_small_run(folder, **changes)
    data = linear.load(folder, **OPTIONS)
    for name, split in (("train", data.train), ("test", data.test)):
        write_array(folder / "data" / f"{name}.npy", np.concatenate(list(split.chunks)))
    record = {"name": "linear", "options": OPTIONS, "sha256": {"train.npy": "d" * 64}}
    write_json(folder / "data" / "data.json", record)
    return models


def run_rule(folder, monkeypatch):
    """Run the rule and return its images and its rows {(seed, metric): value as text}."""
    files = {"out": folder / "interpolate.npy", "metrics": folder / "interpolate.csv"}
    run = {"spec": folder / "spec.json", "model": folder / "model.safetensors", "codes": folder / "codes"}
    call(monkeypatch, main, **run, data=folder / "data", settings=SETTINGS, device="cpu", **files)
    rows = read_rows(files["metrics"])
    return np.load(files["out"]), {(int(row["seed"]), row["metric"]): row["value"] for row in rows}


def test_the_rule_scores_every_seed_and_a_diverged_one_has_no_numbers(tmp_path, monkeypatch):
    models = small_run(tmp_path, diverged=1)
    found = run_rule(tmp_path, monkeypatch)[1]
    pairs, z = drawn_pairs("scored pairs", 20, 40), np.load(tmp_path / "codes" / "test.npy")[0]
    middle = decode(models[0], z[pairs].mean(1), CPU)
    expected = {
        "off_manifold:middle": nearest(middle, np.load(tmp_path / "data" / "train.npy"), CPU).mean(),
        "midpoint_error": rms(middle, linear.midpoints(pairs, **OPTIONS)).mean(),
        "count:pairs": 20,
    }
    for name, value in expected.items():
        assert float(found[0, name]) == pytest.approx(value, abs=1e-4), name
    names = ("off_manifold:ends", "off_manifold:middle", "midpoint_error")
    assert [found[1, name] for name in names] == ["", "", ""] and found[1, "count:pairs"] == "20.0"
    assert len(found) == 8


def test_without_a_model_the_ends_are_real_and_the_middles_blended(tmp_path, monkeypatch):
    small_run(tmp_path)
    out = tmp_path / "reference.csv"
    call(monkeypatch, interpolate_reference.main, data=tmp_path / "data", settings=SETTINGS, device="cpu", metrics=out)
    found = {row["metric"]: float(row["value"]) for row in read_rows(out)}
    test, train = (np.load(tmp_path / "data" / f"{split}.npy") for split in ("test", "train"))
    assert found["off_manifold:real"] == pytest.approx(nearest(test, train, CPU).mean())  # 20 pairs are all 40 images
    assert 0 < found["off_manifold:blend"] < 1
    assert found["midpoint_error:blend"] < 1 / 255  # of a linear set, blended pixels are the image halfway
    assert list(found) == ["off_manifold:real", "off_manifold:blend", "midpoint_error:blend"]


def test_the_ends_are_the_reconstructions_of_the_pairs_and_a_diverged_seed_is_black(tmp_path, monkeypatch):
    models = small_run(tmp_path, diverged=1)
    images = run_rule(tmp_path, monkeypatch)[0]
    assert images.shape == (2, 3, 4, *SHAPE) and images.dtype == np.uint8
    pairs = stream(0, "pairs").choice(40, size=(3, 2), replace=False)
    reconstructions = decode(models[0], np.load(tmp_path / "codes" / "test.npy")[0], CPU)
    # float32 rounds sums of a batch in an order of its own: at most one grey level.
    difference = images[0][:, [0, -1]].astype(int) - reconstructions[pairs]
    assert np.abs(difference).max() <= 1
    assert images[0].any() and not images[1].any()
