import csv
import json

import numpy as np
import pytest
import torch
from safetensors import safe_open
from safetensors.numpy import save_file
from small_run import call, write_small_run

from bench import fid, fid_extractor, fid_reference
from bench.command import Stop
from bench.features import InDomain
from bench.files import sha256

SETTINGS = json.dumps({"extractor": "in_domain", "reference": "test", "epochs": 1, "count": 20})


def make_extractor(folder, monkeypatch):
    out = folder / "extractor.safetensors"
    call(monkeypatch, fid_extractor.main, data=folder / "data", settings=SETTINGS, device="cpu", out=out)


def make_reference(folder, monkeypatch):
    call(
        monkeypatch,
        fid_reference.main,
        data=folder / "data",
        extractor=folder / "extractor.safetensors",
        settings=SETTINGS,
        device="cpu",
        out=folder / "reference.safetensors",
        metrics=folder / "reference.csv",
    )


def make_fid(folder, monkeypatch):
    call(
        monkeypatch,
        fid.main,
        spec=folder / "spec.json",
        model=folder / "model.safetensors",
        samples=folder / "samples.safetensors",
        reference=folder / "reference.safetensors",
        extractor=folder / "extractor.safetensors",
        settings=SETTINGS,
        device="cpu",
        metrics=folder / "fid.csv",
        gaussian=folder / "gaussian.npy",
        gmm=folder / "gmm.npy",
    )


def read(path) -> dict[tuple[str, str], str]:
    return {(row["seed"], row["metric"]): row["value"] for row in csv.DictReader(path.read_text().splitlines())}


@pytest.fixture
def run(tmp_path, monkeypatch):
    write_small_run(tmp_path, diverged=1)
    codes = np.load(tmp_path / "codes" / "train.npy")
    save_file({"gaussian": codes, "gmm": codes[:, ::-1].copy()}, tmp_path / "samples.safetensors")
    make_extractor(tmp_path, monkeypatch)
    make_reference(tmp_path, monkeypatch)
    return tmp_path


def test_the_reference_comes_with_a_floor_of_two_halves_and_a_ceiling(run):
    rows = read(run / "reference.csv")
    assert {metric for seed, metric in rows if seed == "0"} == {
        f"{kind}:{name}" for kind in ("fid", "kid", "count") for name in ("real", "noise")
    }
    assert {metric for seed, metric in rows if seed == "1"} == {"fid:real", "kid:real", "count:real"}
    with safe_open(run / "reference.safetensors", framework="np") as file:
        assert file.get_tensor("features").shape == (40, 64)
        assert file.metadata() == {
            "extractor": "in_domain",
            "weights_sha256": sha256(run / "extractor.safetensors"),
            "split": "test",
        }


def test_every_seed_has_its_distances_and_a_diverged_one_has_none(run, monkeypatch):
    make_fid(run, monkeypatch)
    rows = read(run / "fid.csv")
    for metric in ("fid:gaussian", "fid:gmm", "kid:gaussian", "kid:gmm"):
        assert np.isfinite(float(rows["0", metric]))
        assert rows["1", metric] == ""
    assert rows["0", "count:samples"] == "60.0"
    assert rows["0", "count:reference"] == "40.0"
    # The same codes in another order: the same distance.
    assert float(rows["0", "fid:gaussian"]) == pytest.approx(float(rows["0", "fid:gmm"]), rel=1e-4)


def test_the_first_hundred_samples_are_kept_as_pixels(run, monkeypatch):
    make_fid(run, monkeypatch)
    images = np.load(run / "gaussian.npy")
    assert images.dtype == np.uint8 and images.shape == (2, 60, 1, 32, 32)
    assert images[0].any() and not images[1].any()
    assert np.array_equal(np.load(run / "gmm.npy")[0], images[0][::-1])


def test_a_reference_of_another_extractor_is_refused(run, monkeypatch):
    (run / "extractor.safetensors").unlink()
    monkeypatch.setattr("bench.fid_extractor.RATE", 0.5)
    make_extractor(run, monkeypatch)
    with pytest.raises(Stop, match="other weights"):
        make_fid(run, monkeypatch)


def test_the_extractor_learns_labels_that_can_be_seen():
    labels = torch.arange(400) % 2
    images = (labels * 200).to(torch.uint8)[:, None, None, None].expand(-1, 1, 32, 32).contiguous()
    network = fid_extractor.fid_extractor(images, labels, epochs=8)
    assert fid_extractor.test_error(network, images, labels) == 0
    assert fid_extractor.test_error(network, images, 1 - labels) == 100


def test_the_extractor_is_the_same_every_time():
    images = torch.randint(256, (64, 3, 32, 32), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    first, again = (fid_extractor.fid_extractor(images, torch.arange(64) % 4, 1) for _ in range(2))
    assert all(torch.equal(a, b) for a, b in zip(first.parameters(), again.parameters(), strict=True))
    assert isinstance(first, InDomain)
