"""An archive of a results folder: what is in it, and planted faults, each with the line that tells."""

import json
import os
import stat
import sys
from hashlib import sha256
from zipfile import ZipFile, ZipInfo

import pytest
from planted import RUN, findings

from bench.archive import verify
from bench.archive.__main__ import archive
from bench.archive.verify import SUMS
from bench.checks.folder import Folder
from bench.job.command import Stop

TABLE = f"{RUN}/metrics/generate.csv"


@pytest.fixture(scope="module")
def packed(whole_results):
    """An archive of a folder with everything in its place."""
    out = whole_results.parent / "whole.zip"
    archive(Folder(whole_results), out)
    return out


def content(path):
    with ZipFile(path) as file:
        return {name: file.read(name) for name in file.namelist()}


def faults(folder, files, sums=None):
    """Return what is wrong with an archive of these files and these digests (none given: their own)."""
    with ZipFile(folder / "planted.zip", "w") as file:
        for name, data in files.items():
            if name != SUMS:
                file.writestr(name, data)
        own = "".join(f"{sha256(data).hexdigest()}  {name}\n" for name, data in files.items() if name != SUMS)
        file.writestr(SUMS, own if sums is None else sums)
    return verify.verify(folder / "planted.zip")


def test_an_archive_has_no_faults_and_says_so(packed, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["verify", str(packed)])
    verify.main()
    assert capsys.readouterr().out.startswith(f"{packed}: every file is the one listed")


def test_it_holds_the_report_and_where_its_numbers_come_from_but_no_arrays(packed, whole_results):
    names = content(packed).keys()
    assert {"plan.json", "tables.md", "tables/metrics.csv", "figures/figure_2.png", "linear_rank/summary.csv"} <= names
    assert {
        f"{RUN}/{name}"
        for name in ("provenance.json", "history.csv", "metrics/generate.csv", "metrics/measure/mine.csv")
    } <= names
    assert {"data/mnist5k/data.json", "data/mnist5k/reference.csv"} <= names
    assert not [name for name in names if name.endswith((".npy", ".safetensors", ".tsv"))]


def test_equal_files_give_equal_bytes(packed, results, tmp_path):
    os.utime(results / "tables.md", (packed.stat().st_mtime, packed.stat().st_mtime))
    archive(Folder(results), tmp_path / "again.zip")
    assert (tmp_path / "again.zip").read_bytes() == packed.read_bytes()


def test_the_crate_lists_every_file_and_the_software(packed):
    files = content(packed)
    graph = {entity["@id"]: entity for entity in json.loads(files["ro-crate-metadata.json"])["@graph"]}
    listed = {part["@id"] for part in graph["./"]["hasPart"]}
    assert listed == files.keys() - {SUMS, "ro-crate-metadata.json"}
    assert graph["#torch-2.11.0"]["version"] == "2.11.0"
    assert listed <= graph.keys()


def test_changed_bytes(packed, tmp_path):
    files = content(packed)
    sums = files[SUMS]
    files[TABLE] = files[TABLE].replace(b"1", b"2", 1)
    (fault,) = faults(tmp_path, files, sums)
    assert fault.startswith(f"{TABLE}: is not the file that SHA256SUMS lists")


def test_a_flipped_bit_of_the_zip_itself(packed, tmp_path):
    with ZipFile(packed) as file:
        info = file.getinfo(TABLE)
    damaged = bytearray(packed.read_bytes())
    damaged[info.header_offset + 30 + len(TABLE) + info.compress_size // 2] ^= 1  # behind the header of 30 bytes
    (tmp_path / "damaged.zip").write_bytes(damaged)
    (fault,) = verify.verify(tmp_path / "damaged.zip")
    assert fault.startswith(f"{TABLE}: is not the file that SHA256SUMS lists")


def test_a_missing_and_an_extra_file(packed, tmp_path):
    files = content(packed)
    sums = files[SUMS]
    files["extra.csv"] = files.pop(TABLE)
    missing, extra = faults(tmp_path, files, sums)
    assert missing.startswith(f"{TABLE}: is missing although SHA256SUMS lists it")
    assert extra == "extra.csv: is not listed in SHA256SUMS, so nobody vouches for it"


@pytest.mark.parametrize("name", ["../out.csv", "/tmp/out.csv", "runs/../../out.csv", "runs\\..\\out.csv", "./out.csv"])
def test_a_file_that_escapes(packed, tmp_path, name):
    (fault,) = faults(tmp_path, content(packed) | {name: b""})
    assert fault == f"{name}: would be unpacked outside the archive's folder; do not unpack it"


def test_a_link(packed, tmp_path):
    link = ZipInfo("tables/link.csv")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    (tmp_path / "planted.zip").write_bytes(packed.read_bytes())
    with ZipFile(tmp_path / "planted.zip", "a") as file:
        file.writestr(link, "/etc/passwd")
    (fault,) = verify.verify(tmp_path / "planted.zip")
    assert fault.startswith("tables/link.csv: is a link, a folder or a device")


def test_what_is_unpacked_is_right_but_for_arrays_and_weights_that_stay_behind(packed, tmp_path):
    with ZipFile(packed) as file:
        file.extractall(tmp_path)
    assert findings(tmp_path) == []
    (absent,) = (line for line in findings(tmp_path, "warning") if line.startswith("complete"))
    assert absent.endswith("files of arrays and weights are not here: their digests were not compared")


def test_something_else(tmp_path):
    with ZipFile(tmp_path / "planted.zip", "w") as file:
        file.writestr("data.csv", "")
    (fault,) = verify.verify(tmp_path / "planted.zip")
    assert fault.startswith("SHA256SUMS: is missing or cannot be read (")


def test_no_zip(tmp_path, monkeypatch, capsys):
    (tmp_path / "no.zip").write_bytes(b"no")
    monkeypatch.setattr(sys, "argv", ["verify", str(tmp_path / "no.zip")])
    with pytest.raises(SystemExit, match="1"):
        verify.main()
    assert capsys.readouterr().out.startswith(f"{tmp_path / 'no.zip'}: cannot be read as a zip (")


@pytest.mark.parametrize(
    ("gone", "message"),
    [
        ("plan.json", "plan.json is missing: give the folder of a finished run"),
        ("tables.md", "has no tables.md: run the workflow to its end first"),
        ("tables/codes.csv", "codes.csv is missing"),
        (TABLE, f"{TABLE}: is missing although the plan promises it"),
    ],
)
def test_a_folder_that_is_not_right_is_not_packed(results, tmp_path, gone, message):
    (results / gone).unlink()
    with pytest.raises(Stop, match=message):
        archive(Folder(results), tmp_path / "out.zip")
    assert [*tmp_path.glob("*.zip")] == []
