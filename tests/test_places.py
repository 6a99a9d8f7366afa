"""Where raw data are, and what memory there is: whatever the user's shell, folder or container."""

import os
from pathlib import Path

import pytest
import yaml

from workflow import doctor
from workflow.check import check_places
from workflow.machine import allowed
from workflow.places import ROOT, raw_data


def test_raw_data_are_where_a_shell_would_say(monkeypatch):
    monkeypatch.setenv("SCRATCH", "/scratch/me")
    monkeypatch.setenv("HOME", "/home/me")
    assert raw_data("$SCRATCH/raw") == raw_data("${SCRATCH}/raw/") == Path("/scratch/me/raw")
    assert raw_data("~/raw") == Path("/home/me/raw")


def test_a_relative_folder_begins_at_the_suite_wherever_it_is_called(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    assert raw_data("data") == ROOT / "data"


def test_a_variable_that_is_not_set_is_one_line_and_no_folder_of_that_name(monkeypatch):
    monkeypatch.delenv("SCRATCH", raising=False)
    assert [*check_places({"data_root": "$SCRATCH"})] == ["data_root: $SCRATCH names a variable that is not set"]


def test_the_doctor_looks_where_the_config_says_even_before_anything_is_installed(tmp_path):
    config = (ROOT / "config/config.yaml").read_text(encoding="utf-8")
    assert yaml.safe_load(config)["data_root"] == doctor.DATA_ROOT
    (tmp_path / "config").mkdir()
    (tmp_path / "config/config.yaml").write_text(config.replace("data_root: data", 'data_root : "my raw"'))
    assert doctor.configured(tmp_path) == "my raw"


@pytest.mark.parametrize(
    ("name", "text", "limits"),
    [
        ("memory.max", "4294967296\n", [2**32]),
        ("memory.max", "max\n", []),
        ("memory/memory.limit_in_bytes", "1073741824\n", [2**30]),
    ],
)
def test_a_containers_limit_of_memory_counts(tmp_path, name, text, limits):
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text(text)
    assert allowed(tmp_path) == limits


def test_the_memory_of_this_machine_is_a_number():
    assert 0 < doctor.Machine(ROOT).memory <= os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 1e9
