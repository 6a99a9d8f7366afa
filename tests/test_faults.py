"""Ctrl-C, a damaged file and a full disk, one after the other, in a folder with spaces and umlauts."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from checkout import Checkout
from smoke_run import start, wait_for

ROOT = Path(__file__).parents[1]
TARGET = "results/smoke/runs/mnist5k/ae/0-1/metrics/encode.csv"
COMMAND = ("--cores", "1", TARGET, "--config", "preset=smoke", "training={epochs: 40}")
SMALL_FILES = f"""#!/usr/bin/env bash
ulimit -f 100  # blocks of 1024 bytes; the images are 256 of 1024
exec {sys.executable} "$@"
"""


@pytest.mark.long
def test_after_ctrl_c_a_damaged_file_and_a_full_disk_the_same_command_ends_well(tmp_path):
    checkout = Checkout(tmp_path / "ein Ordner mit Ümläuten")
    results = checkout.folder / "results/smoke"
    interrupt_in_training(checkout, results)
    images = results / "data/mnist5k/train.npy"
    flip_a_bit(images)
    line = f"bench.train: {images.relative_to(checkout.folder)} is damaged (not the bytes that were written): delete it"
    assert line in failed(checkout)
    images.unlink()
    checkout.put("python", SMALL_FILES)
    assert f"bench.fetch: {images.relative_to(checkout.folder)} was not written: [Errno 27]" in failed(checkout)
    assert list(images.parent.glob("*.npy")) == list(images.parent.glob(".*.npy")) == []
    (checkout.folder / "bin/python").unlink()
    done = checkout.snakemake(*COMMAND)
    assert done.returncode == 0, done.stdout
    assert checkout.planned(*COMMAND[2:]) == []


def interrupt_in_training(checkout: Checkout, results: Path) -> None:
    """Press Ctrl-C while a model is trained: what is finished stays, and no log holds a traceback."""
    process = start(checkout, (sys.executable, "-m", "snakemake", *COMMAND))
    log = results / "logs/train/mnist5k/ae/0-1.log"
    wait_for(lambda: log.exists() and ": started " in log.read_text(), seconds=120)
    time.sleep(1)
    os.killpg(process.pid, signal.SIGINT)
    assert process.wait() != 0
    assert (results / "data/mnist5k/data.json").exists() and not list(results.rglob("model.safetensors"))
    for path in results.rglob("*.log"):
        assert "Traceback" not in path.read_text(), path


def flip_a_bit(path: Path) -> None:
    """Change one bit in the middle of a file without its time, as a failing disk does."""
    times = path.stat()
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))


def failed(checkout: Checkout) -> str:
    """Run the command, which is to fail without a traceback, and return what it and the failed job printed."""
    result = checkout.snakemake(*COMMAND)
    assert result.returncode == 1, result.stdout
    assert "Traceback" not in result.stdout
    return result.stdout


FULL = """
mount -t tmpfs -o size=200k none out || exit 77
settings='{{"dataset": "shapes", "options": {{"train": 100, "test": 9, "square": "centre", "colours": "rgb"}}}}'
{python} -m bench.job fetch --data out --data-root . --settings "$settings"
echo "exit $?"; ls -A out
"""


def test_a_full_disk_ends_a_job_in_one_line_and_leaves_no_half_file(tmp_path):
    (tmp_path / "out").mkdir()
    result = subprocess.run(
        ["unshare", "--user", "--map-root-user", "--mount", "bash", "-c", FULL.format(python=sys.executable)],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    if "exit" not in result.stdout:
        pytest.skip(f"no file system of our own can be mounted here: {result.stderr}")
    assert result.stdout == "exit 1\n"
    assert result.stderr.startswith("bench.fetch: out/train.npy was not written: [Errno 28] No space left on device")
    assert result.stderr.count("\n") == 1
