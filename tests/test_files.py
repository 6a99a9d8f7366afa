import math

import numpy as np
import pytest

from bench.files import read_json, read_origin, sha256, write_array, write_json, write_rows, writing


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
    assert np.array_equal(np.load(tmp_path / "a.npy"), array)


def test_sha256_of_known_bytes(tmp_path):
    (tmp_path / "abc").write_bytes(b"abc")
    assert sha256(tmp_path / "abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
