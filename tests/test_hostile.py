"""Hostile inputs: nothing that comes from outside is run, and nothing is written outside the results folder."""

import ast
import os
import pickle
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from small_run import CPU, write_small_run

from bench.job.command import Stop
from bench.measures.base.features import load_extractor
from bench.records.data import load
from bench.records.files import read_array

ROOT = Path(__file__).parents[1]


class Bomb:
    """An object that leaves a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


def calls(folder: str) -> Iterator[tuple[str, str, ast.Call]]:
    """Yield every call in a folder's modules: where it stands, what it calls (`np.load`), the call."""
    for path in sorted((ROOT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                yield f"{path.relative_to(ROOT)}:{node.lineno}", ast.unparse(node.func), node


@pytest.mark.parametrize("folder", ["bench", "workflow"])
def test_no_call_runs_what_a_file_or_the_config_says(folder):
    every = list(calls(folder))
    assert len(every) > 100
    for where, name, call in every:
        given = {keyword.arg: ast.unparse(keyword.value) for keyword in call.keywords}
        assert name not in ("eval", "exec", "compile", "os.system", "os.popen", "yaml.load"), where
        assert not re.search(r"(^|\.)(pickle|joblib|dill|shelve|marshal)\.|extractall$|torch\.load$", name), where
        assert given.get("shell", "False") == given.get("allow_pickle", "False") == "False", where


def test_arrays_and_weights_are_read_only_through_their_digest():
    reading = [
        (where, ast.unparse(call.args[0]))
        for where, name, call in calls("bench")
        if name in ("np.load", "load_file", "safe_open")
    ]
    assert len(reading) > 5
    # torch-fidelity hands on the path that `load_extractor` has checked.
    checked = ("intact(", "feature_extractor_weights_path")
    assert [where for where, what in reading if not what.startswith(checked)] == []


def test_a_pickled_array_is_refused_and_not_run(tmp_path):
    write_small_run(tmp_path)
    np.save(tmp_path / "pickled.npy", np.array([Bomb(tmp_path / "ran")], dtype=object), allow_pickle=True)
    for path in (tmp_path / "data/train.npy", tmp_path / "codes/test.npy"):
        path.with_name(f".{path.name}.sha256").unlink()
        path.write_bytes((tmp_path / "pickled.npy").read_bytes())
    with pytest.raises(Stop, match="train.npy holds no array of numbers .*Python objects.*: delete it"):
        load(tmp_path / "data", "train")
    with pytest.raises(Stop, match="test.npy holds no array of numbers"):
        read_array(tmp_path / "codes/test.npy")
    assert not (tmp_path / "ran").exists()


def test_pickled_inception_weights_are_refused_and_not_run(tmp_path):
    path = tmp_path / "inception.pth"
    path.write_bytes(pickle.dumps(Bomb(tmp_path / "ran"), protocol=2))
    with pytest.raises(Stop, match="inception.pth holds more than tensors and was not loaded: delete it"):
        load_extractor("inception", path, CPU)
    torch.save({"weight": Bomb(tmp_path / "ran")}, path)
    with pytest.raises(Stop, match="inception.pth holds more than tensors"):
        load_extractor("inception", path, CPU)
    assert not (tmp_path / "ran").exists()
