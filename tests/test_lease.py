"""GPUs are shared by jobs in processes of their own, here with a stand-in for nvidia-smi that lists made-up ones."""

import os
import signal
import subprocess
import sys

import pytest
from checkout import REPOSITORY

from bench.job.gpus import Gpu, listed, visible
from bench.job.lease import share

GPUS = [Gpu("GPU-aa01", 24000, 24000, "Card", "580.1"), Gpu("GPU-ab02", 24000, 24000, "Card", "580.1")]
# Takes a lease, says on which GPU, and holds it until its input ends.
HOLDER = """
import os, sys
from pathlib import Path
import bench.job.lease
from bench.job.command import Stop
bench.job.lease.FOLDER, bench.job.lease.PAUSE = Path(sys.argv[1]), 0.05
try:
    bench.job.lease.lease(int(sys.argv[2]))
except Stop as stop:
    sys.exit(str(stop))
print(os.environ.get("CUDA_VISIBLE_DEVICES"), flush=True)
sys.stdin.read()
"""


class Machine:
    """A machine with GPUs, and jobs on it."""

    def __init__(self, folder):
        self.folder, self.jobs = folder, []
        self.put(GPUS)

    def put(self, gpus):
        """Let nvidia-smi list these GPUs."""
        (self.folder / "bin").mkdir(exist_ok=True)
        stand_in = self.folder / "bin" / "nvidia-smi"
        lines = "".join(f"{g.uuid}, {g.total or '[N/A]'}, {g.free}, {g.name}, {g.driver}\n" for g in gpus)
        stand_in.write_text(f"#!/bin/sh\ncat << END\n{lines}END\n", encoding="utf-8")
        stand_in.chmod(0o755)

    def start(self, memory=24000, **variables):
        """Start a job that needs so much memory (MiB) and return its process."""
        path = f"{self.folder / 'bin'}{os.pathsep}{os.environ['PATH']}"
        inherited = {name: value for name, value in os.environ.items() if name != "CUDA_VISIBLE_DEVICES"}
        job = subprocess.Popen(
            [sys.executable, "-c", HOLDER, self.folder / "locks", str(memory)],
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
    while (line := job.stdout.readline()).startswith(("on GPU", "waiting")):
        pass
    return line.strip()


def test_a_job_waits_for_a_taken_gpu_and_says_so_once_until_its_holder_is_killed(machine):
    machine.put(GPUS[:1])
    first = machine.start()
    assert gpu_of(first) == "GPU-aa01"
    second = machine.start()
    assert second.stdout.readline() == "waiting for 24000 MiB of a GPU: other jobs have too much of each of 1\n"
    with pytest.raises(subprocess.TimeoutExpired):
        second.wait(0.5)
    first.send_signal(signal.SIGKILL)
    assert second.stdout.readline() == "on GPU 0, Card: 16/16 of it\n"
    assert gpu_of(second) == "GPU-aa01"


def test_jobs_spread_over_the_gpus_and_share_them_as_far_as_memory_goes(machine):
    jobs = [machine.start(memory=12000) for _ in range(4)]
    assert sorted(map(gpu_of, jobs)) == ["GPU-aa01", "GPU-aa01", "GPU-ab02", "GPU-ab02"]
    assert machine.start(memory=1).stdout.readline().startswith("waiting for 1 MiB")


def test_the_gpus_that_the_user_or_slurm_names_are_the_only_ones(machine):
    assert [gpu_of(machine.start(1, CUDA_VISIBLE_DEVICES="1")) for _ in range(2)] == ["GPU-ab02"] * 2
    assert gpu_of(machine.start(1, CUDA_VISIBLE_DEVICES="GPU-aa")) == "GPU-aa01"
    assert gpu_of(machine.start(1, CUDA_VISIBLE_DEVICES="MIG-5c0e")) == "MIG-5c0e"


def test_jobs_of_slurm_whose_gpus_are_each_called_0_do_not_wait_for_each_other(machine):
    jobs = []
    for gpu in GPUS:  # a job's cgroup shows it no other GPU
        machine.put([gpu])
        jobs.append(machine.start(CUDA_VISIBLE_DEVICES="0", SLURM_JOB_ID=str(len(jobs))))
        assert gpu_of(jobs[-1]) == gpu.uuid


def test_a_job_that_no_gpu_is_large_enough_for_takes_the_largest_whole(machine):
    small = Gpu("GPU-small", 8000, 8000, "Small card", "580.1")
    machine.put([small, GPUS[0]])
    assert gpu_of(machine.start(memory=99000)) == "GPU-aa01"
    assert gpu_of(machine.start(memory=8000)) == "GPU-small"


def test_a_gpu_that_other_programs_fill_is_the_last_choice(machine):
    machine.put([Gpu("GPU-full", 24000, 300, "Card", "580.1"), GPUS[0]])
    assert [gpu_of(machine.start(memory=12000)) for _ in range(3)] == ["GPU-aa01", "GPU-aa01", "GPU-full"]


@pytest.mark.parametrize("names", ["", "-1", "2", "NoDevFiles"])
def test_gpus_that_are_hidden_stop_in_one_line(machine, names):
    job = machine.start(CUDA_VISIBLE_DEVICES=names)
    assert job.wait() == 1
    beginning = f"CUDA_VISIBLE_DEVICES is {names!r} and names none of this machine's GPUs, 0 to 1: unset it"
    assert job.stdout.read().startswith(beginning)


def test_without_nvidia_smi_nothing_is_leased(machine):
    (machine.folder / "bin" / "nvidia-smi").write_text("#!/bin/sh\nexit 9\n", encoding="utf-8")
    assert gpu_of(machine.start()) == "None"
    assert not (machine.folder / "locks").exists()


def test_a_folder_of_somebody_else_stops_in_one_line(machine):
    (machine.folder / "locks").write_text("")
    job = machine.start()
    assert job.wait() == 1
    assert "cannot keep the locks of GPUs" in job.stdout.read()


@pytest.mark.parametrize(
    ("names", "found"),
    [(None, [0, 1]), ("1,0", [1, 0]), ("0,7,1", [0]), ("GPU-ab", [1]), ("GPU-a", []), ("GPU-aa01, 1", [0, 1])],
)
def test_cuda_visible_devices_is_read_as_cuda_reads_it(names, found):
    assert visible(GPUS, names) == [GPUS[index] for index in found]


def test_a_share_is_rounded_up_and_never_more_than_the_gpu(machine, monkeypatch):
    assert [share(GPUS[0], memory) for memory in (1, 1500, 1501, 24000, 99000)] == [1, 1, 2, 16, 16]
    machine.put([Gpu("GPU-new", 0, 0, "A card of unknown memory", "580.1")])
    monkeypatch.setenv("PATH", f"{machine.folder / 'bin'}{os.pathsep}{os.environ['PATH']}")
    (unknown,) = listed()
    assert unknown.total == 0 and share(unknown, 1) == 16
