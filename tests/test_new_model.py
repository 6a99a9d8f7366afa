"""`make new-model`: a file and a line that keep the contract, or one line of complaint and nothing written."""

import re
import shutil
from pathlib import Path

import pytest
import yaml

from workflow.new_model import new_model, with_variant

ROOT = Path(__file__).parent.parent


@pytest.fixture
def root(tmp_path):
    (tmp_path / "config").mkdir()
    shutil.copy(ROOT / "config" / "config.yaml", tmp_path / "config")
    shutil.copytree(ROOT / "bench" / "models", tmp_path / "bench" / "models")
    return tmp_path


def test_it_writes_a_file_and_a_line_and_leaves_the_rest_alone(root):
    before = (root / "config" / "config.yaml").read_text()
    new_model("mine", root)
    after = (root / "config" / "config.yaml").read_text()
    assert yaml.safe_load(after)["variants"] == yaml.safe_load(before)["variants"] | {"mine": {"model": "mine"}}
    assert after.replace("  mine: {model: mine}\n", "") == before
    assert "class Model(Autoencoder):" in (root / "bench" / "models" / "mine.py").read_text()


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("", "NAME is ''; give lower-case letters"),
        ("My Model", "NAME is 'My Model'"),
        ("../x", "NAME is '../x'"),
        ("irmae", "bench/models/irmae.py is there already"),
        ("greedy", "has a variant greedy already"),
    ],
)
def test_what_it_cannot_take_is_said_in_one_line_and_nothing_is_written(root, name, message):
    before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
    with pytest.raises(SystemExit, match=re.escape(message)) as stopped:
        new_model(name, root)
    assert "\n" not in str(stopped.value)
    assert {path: path.read_bytes() for path in root.rglob("*") if path.is_file()} == before


def test_a_config_without_variants_is_refused():
    with pytest.raises(SystemExit, match="no section `variants`"):
        with_variant("seeds: [0]\n", "mine")
