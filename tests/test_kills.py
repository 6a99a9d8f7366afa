"""Ten kills at random moments of the smoke preset, each followed by the same command: nothing shows of them."""

import os
import random
import signal
import subprocess
import sys
import time
from contextlib import suppress
from itertools import cycle
from pathlib import Path

import pytest
from checkout import Checkout
from smoke_run import results, start

pytestmark = [
    pytest.mark.long,
    pytest.mark.timeout(1500),
    pytest.mark.skipif(not Path("/proc/self/cwd").exists(), reason="finds the jobs' processes as Linux shows them"),
]

COMMAND = (sys.executable, "-m", "snakemake", "--cores", "2", "--config", "preset=smoke")
KILLS = 10
# Python for the jobs: training waits after a checkpoint, so that it can be killed where it has one to go on from.
WAITING = f"""#!/usr/bin/env bash
[ "$2 $3" = "bench.job train" ] || exec {sys.executable} "$@"
shift 2
exec {sys.executable} -c "
import time
from bench.engine import training
from bench.engine.checkpoint import Checkpoint
from bench.job.__main__ import main
save = Checkpoint.save
Checkpoint.save = lambda *arguments: (save(*arguments), time.sleep(10))
training.CHECKPOINT_SECONDS = -1
main()" "$@"
"""


class Run:
    """The smoke preset, started again by the same command whenever it has ended or was killed."""

    def __init__(self, checkout: Checkout) -> None:
        self.checkout, self.results = checkout, checkout.folder / "results/smoke"
        self.process, self.starts = start(checkout, COMMAND), 1

    def go_on(self) -> None:
        """Start the command again if it has ended."""
        if self.process.poll() is not None:
            assert self.starts < 2 * KILLS, (self.checkout.folder / "log").read_text()[-5000:]
            self.process, self.starts = start(self.checkout, COMMAND), self.starts + 1

    def wait_for(self, condition) -> None:
        """Wait until a condition holds; a run that ends before (because a job of it was killed) is started again."""
        while not condition():
            self.go_on()
            time.sleep(0.05)

    def finished(self) -> int:
        return len(list(self.results.glob("benchmarks/**/*.tsv")))

    def jobs(self) -> list[int]:
        """Return the ids of the processes that run a rule in this folder."""
        processes = []
        for process in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):  # it has ended
                here = (process / "cwd").readlink() == self.checkout.folder
                if here and b"\0bench.job\0" in (process / "cmdline").read_bytes():
                    processes.append(int(process.name))
        return processes

    def kill(self, victim: str) -> None:
        """Kill one job, Snakemake alone, whose jobs are to end by themselves, or everything at once."""
        if victim == "job":
            self.wait_for(self.jobs)
            with suppress(ProcessLookupError, IndexError):
                os.kill(self.jobs()[0], signal.SIGKILL)
            return
        self.go_on()
        (os.killpg if victim == "tree" else os.kill)(self.process.pid, signal.SIGKILL)
        assert self.process.wait() == -signal.SIGKILL
        deadline = time.monotonic() + 20  # of a slow machine, where a job may be in the middle of importing torch
        while self.jobs():
            assert time.monotonic() < deadline, subprocess.run(["ps", "-ef"], capture_output=True, text=True).stdout
            time.sleep(0.05)


@pytest.fixture
def run(checkout):
    """The smoke preset, killed right after a training's first checkpoint."""
    checkout.put("python", WAITING)
    run = Run(checkout)
    run.wait_for(lambda: list(run.results.glob("checkpoints/**/state.safetensors")))
    run.kill("tree")
    (checkout.folder / "bin/python").unlink()
    return run


def test_ten_kills_leave_the_same_tables_no_lock_and_no_orphan(smoke, run):
    chance = random.Random(0)
    total = len(list((smoke.folder / "results/smoke").glob("benchmarks/**/*.tsv")))
    moments = sorted(chance.uniform(0, total) for _ in range(KILLS - 1))
    for moment, victim in zip(moments, cycle(("snakemake", "tree", "job")), strict=False):
        run.wait_for(lambda moment=moment: run.finished() >= moment)
        time.sleep(chance.random())
        run.kill(victim)
    run.wait_for(lambda: run.process.poll() == 0)
    logs = (run.results / "logs/train").rglob("*.log")
    assert any("resumed after epoch" in log.read_text() for log in logs)
    assert "LockException" not in (run.checkout.folder / "log").read_text()
    assert results(run.checkout) == results(smoke)
