"""GPUs are shared by jobs in processes of their own, here with a stand-in for nvidia-smi that lists made-up ones."""

import os
import signal
import subprocess
import sys

import pytest
from checkout import REPOSITORY

from bench.job.lease import visible

GPUS = ["GPU-aa01", "GPU-ab02"]
# Takes a lease, says on which GPU, and holds it until its input ends.
HOLDER = """
import os, sys
from pathlib import Path
import bench.job.lease
from bench.job.command import Stop
bench.job.lease.FOLDER = Path(sys.argv[1])
try:
    bench.job.lease.lease()
except Stop as stop:
    sys.exit(str(stop))
print(os.environ.get("CUDA_VISIBLE_DEVICES"), flush=True)
sys.stdin.read()
"""


class Machine:
    """A machine with GPUs, and jobs on it."""

    def __init__(self, folder):
        self.folder, self.jobs = folder, []
        self.put("\n".join(GPUS))

    def put(self, text, status=0):
        """Let nvidia-smi print this text."""
        (self.folder / "bin").mkdir(exist_ok=True)
        stand_in = self.folder / "bin" / "nvidia-smi"
        stand_in.write_text(f"#!/bin/sh\ncat << END\n{text}\nEND\nexit {status}\n", encoding="utf-8")
        stand_in.chmod(0o755)

    def start(self, **variables):
        """Start a job and return its process."""
        path = f"{self.folder / 'bin'}{os.pathsep}{os.environ['PATH']}"
        inherited = {name: value for name, value in os.environ.items() if name != "CUDA_VISIBLE_DEVICES"}
        job = subprocess.Popen(
            [sys.executable, "-c", HOLDER, self.folder / "locks"],
            env={**inherited, "PATH": path, **variables},
            cwd=REPOSITORY,
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        self.jobs.append(job)
        return job


@pytest.fixture
def machine(tmp_path):
    machine = Machine(tmp_path)
    yield machine
    for job in machine.jobs:
        job.kill()
        job.communicate()


def gpu_of(job):
    """Return what CUDA will see in a job, once it has a lease."""
    while (line := job.stdout.readline()).startswith("on GPU "):
        pass
    return line.strip()


def test_jobs_that_start_at_once_spread_evenly_over_the_gpus(machine):
    jobs = [machine.start() for _ in range(4)]
    assert sorted(map(gpu_of, jobs)) == ["GPU-aa01", "GPU-aa01", "GPU-ab02", "GPU-ab02"]


def test_the_next_job_takes_the_gpu_whose_holders_were_killed_and_says_so(machine):
    jobs = {}
    for _ in range(4):
        job = machine.start()
        jobs.setdefault(gpu_of(job), []).append(job)
    for job in jobs["GPU-ab02"]:
        job.send_signal(signal.SIGKILL)
        job.wait()
    later = machine.start()
    assert later.stdout.readline() == "on GPU 1, GPU-ab02\n"
    assert gpu_of(later) == "GPU-ab02"
    assert [gpu_of(machine.start()) for _ in range(2)] == ["GPU-ab02", "GPU-aa01"]


def test_the_gpus_that_the_user_or_slurm_names_are_the_only_ones(machine):
    assert [gpu_of(machine.start(CUDA_VISIBLE_DEVICES="1")) for _ in range(2)] == ["GPU-ab02"] * 2
    assert gpu_of(machine.start(CUDA_VISIBLE_DEVICES="GPU-ab")) == "GPU-ab02"
    assert gpu_of(machine.start(CUDA_VISIBLE_DEVICES="MIG-5c0e")) == "MIG-5c0e"


def test_jobs_of_slurm_that_each_call_their_gpu_0_count_by_what_it_is(machine):
    machine.put(GPUS[1])  # a job's cgroup shows it no other GPU
    assert gpu_of(machine.start(CUDA_VISIBLE_DEVICES="0")) == GPUS[1]
    machine.put("\n".join(reversed(GPUS)))
    assert gpu_of(machine.start(CUDA_VISIBLE_DEVICES="0,1")) == GPUS[0]


@pytest.mark.parametrize("names", ["", "-1", "2", "NoDevFiles"])
def test_gpus_that_are_hidden_stop_in_one_line(machine, names):
    job = machine.start(CUDA_VISIBLE_DEVICES=names)
    assert job.wait() == 1
    beginning = f"CUDA_VISIBLE_DEVICES is {names!r} and names none of this machine's GPUs, 0 to 1: unset it"
    assert job.stdout.read().startswith(beginning)


@pytest.mark.parametrize(("text", "status"), [("", 9), ("No devices were found", 0)])
def test_where_nvidia_smi_lists_nothing_nothing_is_leased(machine, text, status):
    machine.put(text, status)
    assert gpu_of(machine.start()) == gpu_of(machine.start(PATH="/nowhere")) == "None"
    assert not (machine.folder / "locks").exists()


def test_a_folder_of_somebody_else_stops_in_one_line(machine):
    (machine.folder / "locks").write_text("")
    job = machine.start()
    assert job.wait() == 1
    assert "cannot keep the locks of GPUs" in job.stdout.read()


@pytest.mark.parametrize(
    ("names", "chosen"),
    [(None, [0, 1]), ("1,0", [1, 0]), ("0,7,1", [0]), ("GPU-ab", [1]), ("GPU-a", []), ("GPU-aa01, 1", [0, 1])],
)
def test_cuda_visible_devices_is_read_as_cuda_reads_it(names, chosen):
    assert visible(GPUS, names) == [GPUS[index] for index in chosen]
