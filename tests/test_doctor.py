"""`make doctor` on made-up machines: stand-ins for nvidia-smi, sinfo, conda and the installed Python, files or none."""

import json
import os
import subprocess
import sys

import pytest
from raw_data import DIGIT_LAYOUTS, FACE_LAYOUTS, official_digits, place, write_celeba
from torchvision.datasets import MNIST, FashionMNIST

import bench.fetch_inception as inception
from bench.datasets.base import raw
from workflow import doctor
from workflow.machine import Machine

TORCH = {"version": "2.11.0", "cuda": "13.0", "usable": True, "why": "", "slurm": True}
CARD = "580.95.05, 81920, A card"
PROGRAMS = {
    ".venv/bin/python": f"echo '{json.dumps(TORCH)}'",
    "bin/nvidia-smi": f"echo '{CARD}'",
    "bin/sinfo": "echo 'long (null)'; echo 'fast gpu:a100:4(S:0-1)'",
    "bin/conda": "echo 'conda 25.3.1'",
}
PRESETS = ("smoke", "quick", "paper", "paper without CelebA")


def put(checkout, programs):
    for name, text in programs.items():
        path = checkout.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
        path.chmod(0o755)


def put_data(checkout):
    digits = [f"{title}/raw/{name}.gz" for title in doctor.DOWNLOADED.values() for name in raw.DIGITS]
    for name in (*digits, "celeba/img_align_celeba.zip", "celeba/list_eval_partition.txt", doctor.WEIGHTS):
        path = checkout.folder / "data" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def examined(checkout, **variables):
    """Run it as on a machine on which nothing was installed; return lines by name, verdicts by preset, exit code."""
    result = subprocess.run(
        [sys.executable, "-S", "-m", "workflow.doctor"],  # -S: the standard library alone
        cwd=checkout.folder,
        env={"PATH": f"{checkout.folder / 'bin'}{os.pathsep}/usr/bin:/bin", **variables},
        capture_output=True,
        text=True,
    )
    assert result.stderr == ""
    lines, verdicts = (part.splitlines() for part in result.stdout.split("\n\n"))
    by_name = {line.split()[1]: line for line in lines}
    return by_name, dict(line.split(": ", 1) for line in verdicts), result.returncode


@pytest.fixture
def roomy(monkeypatch):
    """Room enough on disk and in memory, whatever this machine has."""
    for needs in (doctor.DISK, doctor.MEMORY):
        for preset in needs:
            monkeypatch.setitem(needs, preset, 0)


def said(checkout, monkeypatch):
    """Return lines by name and verdicts by preset, in this process."""
    monkeypatch.setenv("PATH", f"{checkout.folder / 'bin'}:/usr/bin:/bin")
    machine = Machine(checkout.folder)
    lines = list(doctor.examine(machine, checkout.folder / "data"))
    verdicts = [doctor.verdict(preset, lines, machine) for preset in PRESETS]
    return {line.name: str(line) for line in lines}, dict(zip(PRESETS, verdicts, strict=True))


def test_a_machine_with_everything_can_run_everything(checkout, monkeypatch, roomy):
    put(checkout, PROGRAMS)
    put_data(checkout)
    lines, verdicts = said(checkout, monkeypatch)
    assert len(lines) == 10
    assert [line for line in lines.values() if not line.startswith(" ok")] == []
    assert lines["GPUs"] == " ok  GPUs      A card 81920 MiB"
    assert lines["Slurm"] == " ok  Slurm     partitions with GPUs: fast"
    assert {preset: line.split(";")[0] for preset, line in verdicts.items()} == dict.fromkeys(PRESETS, "yes")


def test_a_bare_machine_runs_the_small_presets_and_is_told_what_to_do(checkout):
    put(checkout, {".venv/bin/python": "echo \"ModuleNotFoundError: No module named 'torch'\"; exit 1"})
    put(checkout, {"bin/sinfo": "echo 'no cluster'; exit 1"})
    lines, verdicts, status = examined(checkout)
    assert lines["Packages"].startswith("  -  Packages  not installed; `make quick` does it")
    assert lines["Driver"].startswith("GAP  Driver    nvidia-smi lists no GPU; if there is one, install")
    assert lines["GPUs"].startswith(
        "GAP  GPUs      none; run on a machine with one or through Slurm, or `--config device=c"
    )
    assert "to be downloaded: mnist, fashion_mnist; celeba is missing; put img_align_celeba.zip" in lines["Data"]
    assert lines["conda"].startswith("  -  conda     none; `make` needs none")
    assert lines["Slurm"] == " ok  Slurm     no cluster answers here"
    assert verdicts["quick"] == "yes; make quick"
    assert verdicts["paper"].startswith("no: Driver, GPUs")
    assert status == 0


def test_where_torch_is_broken_nothing_can_run(checkout):
    put(checkout, {".venv/bin/python": "echo 'ImportError: libcudart.so.13: no such file'; exit 1"})
    lines, verdicts, status = examined(checkout)
    assert "torch does not start (ImportError: libcudart.so.13: no such file); `make clean`" in lines["Packages"]
    assert all(verdict.startswith("no: Packages") for verdict in verdicts.values())
    assert status == 1


@pytest.mark.parametrize(
    ("programs", "name", "line", "stopped"),
    [
        ({"bin/nvidia-smi": f"echo '{CARD.replace('580', '535')}'"}, "Driver", "CUDA 13 needs 580: update it", True),
        (
            {".venv/bin/python": f"echo '{json.dumps(TORCH | {'usable': False, 'why': 'no libcuda'})}'"},
            "Driver",
            "580.95.05; torch cannot use a GPU (no libcuda): mend that first",
            True,
        ),
        ({"bin/nvidia-smi": f"echo '{CARD.replace('81920', '8192')}'"}, "GPUs", "RRAE on CelebA may not fit", False),
        (
            {"bin/nvidia-smi": f"echo '{CARD.replace('81920', '[N/A]')}'"},
            "GPUs",
            " ok  GPUs      A card [N/A] MiB",
            False,
        ),
        ({"bin/nvidia-smi": "echo 'No devices were found'"}, "Driver", "nvidia-smi lists no GPU", False),
        ({"bin/conda": "echo 'conda 23.1.0'"}, "conda", "too old for `--use-conda`: update it", False),
    ],
)
def test_what_is_wrong_is_said_with_its_remedy(checkout, monkeypatch, roomy, programs, name, line, stopped):
    put(checkout, PROGRAMS | {"bin/sinfo": "exit 1"} | programs)
    lines, verdicts = said(checkout, monkeypatch)
    assert line in lines[name]
    assert (verdicts["paper without CelebA"] == f"no: {name}") == stopped


def test_hidden_gpus_are_named_and_a_cluster_runs_what_this_machine_cannot(checkout, monkeypatch, roomy):
    put(checkout, PROGRAMS)
    put_data(checkout)
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    lines, verdicts = said(checkout, monkeypatch)
    assert lines["GPUs"] == "GAP  GPUs      A card 81920 MiB; CUDA_VISIBLE_DEVICES is '': jobs use no others"
    assert verdicts["paper"].startswith("through Slurm only; snakemake --profile profiles/slurm")


def test_data_that_were_fetched_need_no_raw_files(checkout, monkeypatch, roomy):
    for name in ("mnist", "fashion_mnist", "celeba"):
        (checkout.folder / "results/paper/data" / name).mkdir(parents=True)
        (checkout.folder / "results/paper/data" / name / "data.json").touch()
    assert doctor.data(checkout.folder, checkout.folder / "nowhere").stops == ()


def test_too_little_room_names_the_presets_that_need_more():
    assert doctor.short(50, doctor.DISK, "make room") == ("paper takes 90 GB: make room", ("paper",))
    assert doctor.short(100, doctor.DISK, "make room") == ("", ())


def test_files_are_called_as_those_who_read_them_call_them():
    for name, official in (("mnist", MNIST), ("fashion_mnist", FashionMNIST)):
        assert sorted(f"{file}.gz" for file in raw.DIGITS) == sorted(file for file, _ in official.resources)
        assert doctor.DOWNLOADED[name] == official.__name__
    assert doctor.WEIGHTS == inception.NAME


@pytest.mark.parametrize("layout", FACE_LAYOUTS)
def test_faces_are_there_where_they_are_read(checkout, tmp_path, layout):
    """tests/test_celeba_layouts.py reads the same layouts."""
    layout(write_celeba(tmp_path))
    assert "celeba is there" in doctor.data(checkout.folder, tmp_path).state
    next(tmp_path.rglob("list_eval_partition*")).unlink()
    assert "celeba is missing" in doctor.data(checkout.folder, tmp_path).state


@pytest.mark.parametrize("layout", DIGIT_LAYOUTS)
def test_digits_are_there_where_they_are_read(checkout, tmp_path, layout):
    """tests/test_idx.py reads the same layouts."""
    place(tmp_path, official_digits(), layout)
    assert "to be downloaded: fashion_mnist;" in doctor.data(checkout.folder, tmp_path).state
    place(tmp_path, official_digits(), layout.replace("mnist", "fashion-mnist").replace("MNIST", "FashionMNIST"))
    assert "mnist and fashion_mnist are there" in doctor.data(checkout.folder, tmp_path).state
