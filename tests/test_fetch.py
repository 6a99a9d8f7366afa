"""Rule `fetch` and reading what it wrote."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from bench import fetch as fetch_rule
from bench.datasets import shapes
from bench.datasets.base.splits import Split, Splits
from bench.fetch import fetch, main
from bench.job import progress
from bench.job.command import Stop
from bench.records.data import load, to_unit
from bench.records.files import read_json, sha256, write_array

OPTIONS = {"train": 20, "test": 9, "square": "centre", "colours": "rgb"}
ARRAYS = ["test.npy", "test_labels.npy", "train.npy", "train_labels.npy"]


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.suffix != ".sha256")


def test_fetch_writes_arrays_and_their_record(tmp_path):
    record = fetch("shapes", OPTIONS | {"latent": 32, "components": 4, "architecture": {}}, Path(), tmp_path)
    assert names(tmp_path) == ["data.json", *ARRAYS]
    assert read_json(tmp_path / "data.json") == json.loads(json.dumps(record))
    assert record["name"] == record["title"] == "shapes"
    assert record["counts"] == {"train": 20, "test": 9}
    assert record["classes"] == 128 and record["shape"] == (3, 32, 32)
    assert record["options"] == OPTIONS
    assert record["sha256"] == {name: sha256(tmp_path / name) for name in ARRAYS}
    assert "square's centre" in record["source"]


def test_fetched_images_are_the_data_sets(tmp_path):
    fetch("shapes", OPTIONS, Path(), tmp_path)
    images, labels = load(tmp_path, "test")
    expected = shapes.load(Path(), **OPTIONS).test
    np.testing.assert_array_equal(images, np.concatenate(list(expected.chunks)))
    np.testing.assert_array_equal(labels, expected.labels)
    assert isinstance(images, np.memmap) and images.dtype == np.uint8 and labels.dtype == np.int64


def test_fetching_twice_gives_the_same_bytes(tmp_path):
    first, second = (fetch("shapes", OPTIONS, Path(), tmp_path / name) for name in ("a", "b"))
    assert first["sha256"] == second["sha256"]


def breaking(data_root: Path, *, train: int, test: int, square: str, colours: str) -> Splits:
    """A data set whose last image cannot be decoded."""

    def chunks():
        yield np.ones((test - 1, 1, 2, 2), np.uint8)
        raise Stop("image 9 cannot be decoded")

    whole = Split(np.zeros(train, np.int64), [np.ones((train, 1, 2, 2), np.uint8)])
    return Splits("broken", "a test", 1, (1, 2, 2), whole, Split(np.zeros(test, np.int64), chunks()))


def test_nothing_half_written_stays(tmp_path, monkeypatch):
    monkeypatch.setattr(shapes, "load", breaking)
    with pytest.raises(Stop, match="image 9"):
        fetch("shapes", OPTIONS, Path(), tmp_path)
    assert names(tmp_path) == []


def test_failed_fetch_leaves_the_last_one_whole(tmp_path, monkeypatch):
    record = fetch("shapes", OPTIONS, Path(), tmp_path)
    monkeypatch.setattr(shapes, "load", breaking)
    with pytest.raises(Stop):
        fetch("shapes", OPTIONS, Path(), tmp_path)
    assert names(tmp_path) == ["data.json", *ARRAYS]
    assert record["sha256"] == {name: sha256(tmp_path / name) for name in ARRAYS}


def test_old_record_never_vouches_for_new_arrays(tmp_path, monkeypatch):
    fetch("shapes", OPTIONS, Path(), tmp_path)

    def killed(path, content):
        raise KeyboardInterrupt

    monkeypatch.setattr(fetch_rule, "write_json", killed)
    with pytest.raises(KeyboardInterrupt):
        fetch("shapes", OPTIONS | {"square": "corner"}, Path(), tmp_path)
    assert names(tmp_path) == ARRAYS


def test_long_fetch_reports_its_progress(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(progress, "SECONDS", 0.0)
    fetch("shapes", OPTIONS, Path(), tmp_path)
    lines = capsys.readouterr().out.splitlines()
    assert lines == ["progress 20/20 train images  0 s left", "progress 9/9 test images  0 s left"]


def test_unknown_data_set_is_answered_with_those_that_exist(tmp_path):
    with pytest.raises(
        Stop, match="'mnst'; there are celeba, fashion_mnist, gaussian2d, linear, mnist, mnist5k, shapes"
    ):
        fetch("mnst", {}, Path(), tmp_path)


@pytest.mark.parametrize("options", [OPTIONS | {"sqare": "corner"}, {"train": 5}])
def test_wrong_options_are_answered_with_the_right_ones(tmp_path, options):
    with pytest.raises(Stop, match=r"takes exactly \['colours', 'square', 'test', 'train'\]"):
        fetch("shapes", options, Path(), tmp_path)


def test_the_rule_prints_one_line(tmp_path, capsys):
    main(dataset="shapes", options=OPTIONS, data_root=Path("data"), data=tmp_path)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("shapes: 20 train and 9 test images of 3x32x32, 128 classes, in ")


def test_loading_what_was_not_fetched_stops(tmp_path):
    with pytest.raises(Stop, match="train.npy is missing.*fetch"):
        load(tmp_path, "train")


def test_loading_arrays_of_two_lengths_stops(tmp_path):
    fetch("shapes", OPTIONS, Path(), tmp_path)
    write_array(tmp_path / "test_labels.npy", np.zeros(8, np.int64))
    with pytest.raises(Stop, match="holds 9 images and its label file 8"):
        load(tmp_path, "test")


def test_to_unit_maps_grey_levels_to_0_1():
    x = to_unit(np.array([[0, 51, 255]], np.uint8))
    assert x.dtype == torch.float32
    torch.testing.assert_close(x, torch.tensor([[0.0, 0.2, 1.0]]))
