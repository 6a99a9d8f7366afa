"""Config files read strictly, and values that would fail later refused at once."""

import copy
import re

import pytest
from test_plan import PAPER, REPOSITORY, SCHEMA

from workflow import configs
from workflow.check import problems


def write(folder, name, text, encoding="utf-8"):
    (folder / name).write_text(text, encoding=encoding)
    return folder / name


def test_presets_are_the_files_that_name_themselves(tmp_path):
    paths = {
        "paper": write(tmp_path, "config.yaml", "# comment\npreset: paper\n"),
        "tiny": write(tmp_path, "small.yaml", "device: cpu\npreset : 'tiny' # why\n"),
        "mine": write(tmp_path, "mine.yml", "preset: mine\r\nseeds: [0]\r\n"),
        "marked": write(tmp_path, "marked.yaml", "preset: marked\n", encoding="utf-8-sig"),
    }
    write(tmp_path, "claims.yaml", "claims:\n  preset: no\n")
    write(tmp_path, "broken.yaml", "preset: [\n")
    assert configs.presets(tmp_path) == paths


def test_a_key_that_stands_twice_is_named_with_both_lines(tmp_path):
    text = "training: {epochs: 3}\nvariants:\n  rae: {datasets: [shapes]}\nvariants:\n  wae: {}\n"
    path = write(tmp_path, "twice.yaml", text)
    assert [*configs.mistakes([path, path])] == [
        f"{path}: the key variants stands twice, in lines 2 and 4: keep one of them"
    ]
    path = write(tmp_path, "deep.yaml", "a: {b: 1, b: 2}\n")
    assert "the key b stands twice, in lines 1 and 1" in next(configs.mistakes([path]))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("__use_yte__: true\npreset: a\n", "makes a program of a config"),
        ("- 1\n", "holds no keys"),
        ("a: [\n", "expected"),
        ("a: !!python/object:os.system x\n", "could not determine a constructor"),
    ],
)
def test_what_is_no_plain_config_is_refused_in_one_line(tmp_path, text, said):
    (line,) = configs.mistakes([write(tmp_path, "theirs.yaml", text)])
    assert said in line and "\n" not in line


def test_the_configs_of_the_suite_are_read_without_a_word():
    assert [*configs.mistakes(sorted((REPOSITORY / "config").rglob("*.yaml")))] == []


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ({"sample": {"count": 1e2}}, "sample.count: 100.0 is not a whole number, written without point and exponent"),
        ({"training": {"epochs": 1.0}}, "training.epochs: 1.0 is not a whole number"),
        ({"seeds": [0.0, 1.0]}, "seeds.0: 0.0 is not a whole number"),
        ({"seeds_per_job": 2.0}, "seeds_per_job: 2.0 is not a whole number"),
        ({"linear_rank": {"steps": 1e2}}, "linear_rank.steps: 100.0 is not a whole number"),
        ({"data": {"shapes": {"train": 256.0}}}, "data.shapes.train"),
        ({"training": {"lr": float("nan")}}, "training.lr: nan is not a finite number"),
        ({"training": {"lr": float("inf")}}, "training.lr: inf is not a finite number"),
        (
            {"roles": {"faces": "mnist"}},
            "roles.faces: mnist is already the data set of digits; give one of them another",
        ),
    ],
)
def test_what_would_fail_later_is_refused_at_once(change, line):
    config = copy.deepcopy(PAPER)
    for section, value in change.items():
        config[section] = merged(config[section], value)
    assert any(re.match(re.escape(line), found) for found in problems(config, SCHEMA, REPOSITORY))


def merged(old, new):
    if not isinstance(new, dict):
        return new
    return old | {key: merged(old.get(key), value) for key, value in new.items()}
