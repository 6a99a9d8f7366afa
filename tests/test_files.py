import math
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from bench.job.command import Stop
from bench.records.files import (
    intact,
    read_array,
    read_json,
    read_origin,
    sha256,
    write_array,
    write_json,
    write_rows,
    writing,
)


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("old")
    with pytest.raises(RuntimeError), writing(path) as temporary:
        temporary.write_text("half")
        raise RuntimeError
    assert path.read_text() == "old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["table.csv"]


def test_writing_makes_folders_and_replaces(tmp_path):
    path = tmp_path / "a" / "b.json"
    write_json(path, {"y": 1, "x": [2]})
    write_json(path, {"x": 3})
    assert read_json(path) == {"x": 3}


def test_rows_keep_every_digit_and_leave_non_finite_values_empty(tmp_path):
    path = tmp_path / "metrics.csv"
    rows = [(0, "mse", np.float64(0.1) + 0.2), (1, "mse", math.nan), (2, "mse", math.inf)]
    write_rows(path, rows, {"step": "encode"})
    assert (
        path.read_text() == '# {"step": "encode"}\n' + "seed,metric,value\n0,mse,0.30000000000000004\n1,mse,\n2,mse,\n"
    )


def test_the_origin_of_rows_is_read_back_and_its_absence_is_empty(tmp_path):
    path = tmp_path / "metrics.csv"
    write_rows(path, [(0, "mse", 0.5)], {"step": "fid", "dirty": False})
    assert read_origin(path) == {"step": "fid", "dirty": False}
    for text in ("seed,metric,value\n", "", "# no JSON\n", "# [1]\n"):
        path.write_text(text)
        assert read_origin(path) == {}


def test_arrays_come_back_whole(tmp_path):
    array = np.arange(6, dtype=np.uint8).reshape(2, 3)
    write_array(tmp_path / "a.npy", array)
    assert np.array_equal(read_array(tmp_path / "a.npy"), array)


def test_an_array_that_changed_since_it_was_written_is_refused(tmp_path):
    path = tmp_path / "codes.npy"
    write_array(path, np.zeros(3))
    whole = path.read_bytes()
    for damaged in (whole[:-1] + b"?", whole[:-1], b"", whole + b"?"):
        path.write_bytes(damaged)
        with pytest.raises(Stop, match="codes.npy is damaged .not the bytes that were written.: delete it and run the"):
            read_array(path)
    write_array(path, np.ones(3))
    assert read_array(path).tolist() == [1, 1, 1]


def test_a_file_without_a_digest_is_read_as_it_is(tmp_path):
    np.save(tmp_path / "own.npy", np.ones(3))
    assert read_array(tmp_path / "own.npy").tolist() == [1, 1, 1]


def test_a_kill_between_a_file_and_its_digest_leaves_no_wrong_digest(tmp_path, monkeypatch):
    path = tmp_path / "a.npy"
    write_array(path, np.zeros(3))

    def killed(*paths):
        raise KeyboardInterrupt

    monkeypatch.setattr("bench.records.files.os.replace", killed)
    with pytest.raises(KeyboardInterrupt):
        write_array(path, np.ones(3))
    assert read_array(path).tolist() == [0, 0, 0]
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.npy"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
@pytest.mark.parametrize(
    "write", [lambda path: np.save(path, np.zeros(9999)), lambda path: path.write_text("x" * 9999)]
)
def test_a_full_disk_is_one_line_and_leaves_the_old_file(tmp_path, write):
    path = tmp_path / "a.npy"
    write_array(path, np.zeros(3))
    with pytest.raises(Stop, match="a.npy was not written: .*No space left on device; see to"), writing(path) as full:
        full.symlink_to("/dev/full")
        write(full)
    assert read_array(path).tolist() == [0, 0, 0]
    assert sorted(entry.name for entry in tmp_path.iterdir()) == [".a.npy.sha256", "a.npy"]


def test_a_folder_that_cannot_be_made_is_one_line(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(Stop, match="a.npy was not written"):
        write_array(tmp_path / "file" / "a.npy", np.zeros(3))


def test_weights_are_checked_as_arrays_are(tmp_path):
    path = tmp_path / "model.safetensors"
    with writing(path) as temporary:
        save_file({"a": torch.zeros(3)}, temporary)
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    with pytest.raises(Stop, match="model.safetensors is damaged"):
        intact(path)


def test_sha256_of_known_bytes(tmp_path):
    (tmp_path / "abc").write_bytes(b"abc")
    assert sha256(tmp_path / "abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
