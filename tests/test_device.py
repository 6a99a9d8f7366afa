"""The device a job computes on."""

import subprocess
import sys

import pytest
import torch


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a GPU")
def test_a_missing_gpu_stops_in_one_line_that_names_the_ways_out(tmp_path):
    words = ["supervise", "--device", "cuda", "--settings", '{"spec": {}, "settings": {}}']
    paths = ("--data", tmp_path, "--metrics", tmp_path / "metrics.csv")
    command = [sys.executable, "-m", "bench.job", *words, *map(str, paths)]
    job = subprocess.run(command, capture_output=True, text=True)
    assert job.returncode == 1
    (line,) = job.stderr.splitlines()
    assert line.startswith("bench.supervise: the config asks for device cuda")
    assert "make doctor" in line and "--config device=cpu" in line and "--config preset=quick" in line
    assert not (tmp_path / "metrics.csv").exists()
