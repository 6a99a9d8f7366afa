"""`make new-model` and `make new-measure`: a file and a line, or one line of complaint and nothing written."""

import importlib.util
import math
import re
import shutil
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import yaml

from workflow.new import KINDS, add, with_entry

ROOT = Path(__file__).parent.parent


@pytest.fixture
def root(tmp_path):
    (tmp_path / "config").mkdir()
    shutil.copy(ROOT / "config" / "config.yaml", tmp_path / "config")
    for kind in KINDS.values():
        shutil.copytree(ROOT / kind.folder, tmp_path / kind.folder)
    return tmp_path


@pytest.mark.parametrize(("kind", "entry"), [("model", {"model": "mine"}), ("measure", {})])
def test_it_writes_a_file_and_a_line_and_leaves_the_rest_alone(root, kind, entry):
    section, before = KINDS[kind].section, (root / "config" / "config.yaml").read_text()
    add(KINDS[kind], "mine", root)
    after = (root / "config" / "config.yaml").read_text()
    config = yaml.safe_load(before)
    assert yaml.safe_load(after) == config | {section: config[section] | {"mine": entry}}
    changed = [line for line in after.splitlines() if line not in before.splitlines()]
    assert len(changed) == 1
    assert (root / KINDS[kind].folder / "mine.py").read_text().startswith('"""mine: what it ')


def test_the_measure_to_start_from_is_a_root_mean_square(root):
    add(KINDS["measure"], "mine", root)
    spec = importlib.util.spec_from_file_location("mine", root / "bench" / "measures" / "mine.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for codes, value in (([[3, 4], [0, 5]], math.sqrt(12.5)), ([[math.inf, 0]], math.nan)):
        (pair,) = module.measure(SimpleNamespace(codes={"test": np.array(codes, np.float32)}))
        assert pair == ("mine", pytest.approx(value, nan_ok=True))


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("", "NAME is ''; give lower-case letters"),
        ("My Model", "NAME is 'My Model'"),
        ("../x", "NAME is '../x'"),
        ("irmae", "bench/models/irmae is there already"),
        ("base", "bench/models/base is there already"),
        ("greedy", "has greedy under `variants` already"),
    ],
)
def test_what_it_cannot_take_is_said_in_one_line_and_nothing_is_written(root, name, message):
    before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
    with pytest.raises(SystemExit, match=re.escape(message)) as stopped:
        add(KINDS["model"], name, root)
    assert "\n" not in str(stopped.value)
    assert {path: path.read_bytes() for path in root.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize(
    ("text", "changed"),
    [
        ("s: {}\n", "s: {new: {}}\n"),
        ("s: {a: {b: 1}} # why\nt: 2\n", "s: {a: {b: 1}, new: {}} # why\nt: 2\n"),
        ("s:\n    a: {b: 1} # why\n\n# of t\nt: 2\n", "s:\n    a: {b: 1} # why\n    new: {}\n\n# of t\nt: 2\n"),
        ("s: # why\n  a:\n    b:\n      - 1\n      - {c: 2}\n  # the end\nt: 2\n", None),
        ("s:\n  a: 1", "s:\n  a: 1\n  new: {}"),
        ("t: {s: 1}\ns:\n  t: |\n    s:\n", None),
    ],
)
def test_an_entry_goes_to_the_end_of_its_section_however_that_is_written(text, changed):
    after = with_entry(text, "s", "new", {})
    config = yaml.safe_load(text)
    assert yaml.safe_load(after) == config | {"s": config["s"] | {"new": {}}}
    assert changed in (None, after)


def test_a_name_that_yaml_takes_for_something_else_is_quoted():
    assert with_entry("s:\n  a: 1\n", "s", "no", {"model": "no"}) == "s:\n  a: 1\n  'no': {model: 'no'}\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("seeds: [0]\n", "no section `s`: add `s: {}`"),
        ("s:\nt: 1\n", "no section `s`"),
        ("t: &t {a: 1}\ns: *t\n", "must go under `s` by hand"),
    ],
)
def test_a_config_that_it_cannot_extend_is_left_to_the_user(text, message):
    with pytest.raises(SystemExit, match=message):
        with_entry(text, "s", "new", {})
