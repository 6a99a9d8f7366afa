"""One run per working folder: a second one at once, and a lock after a kill."""

import signal
import sys

import pytest
from smoke_run import start, wait_for
from stand_in import SMOKE, put_stand_in

SNAKEMAKE = (sys.executable, "-m", "snakemake", "--cores", "1")
DATA = "results/smoke/data/shapes/data.json"


@pytest.fixture
def slow(checkout):
    """A checkout whose jobs wait as long as there is a file `slow`, and the command that has begun one."""
    put_stand_in(checkout)
    (checkout.folder / "slow").touch()
    command = (*SNAKEMAKE, DATA, *SMOKE)
    process = start(checkout, command)
    wait_for((checkout.folder / "results/smoke/logs/fetch/shapes.log").exists)
    yield checkout, command, process
    (checkout.folder / "slow").unlink(missing_ok=True)
    process.wait()


def test_two_at_once_in_one_folder_are_refused_in_one_line(slow):
    checkout, command, _ = slow
    second = checkout.snakemake(*command[3:])
    assert second.returncode == 1
    line = f"another run is going on in {checkout.folder}: wait for it or stop it"
    assert second.stdout.splitlines()[-1] == line
    assert "Traceback" not in second.stdout
    assert checkout.snakemake("--dry-run", *command[3:]).returncode == 0


def test_after_a_kill_there_is_no_lock_to_clear(slow):
    checkout, command, process = slow
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    (checkout.folder / "slow").unlink()  # lets the stand-in end, which no module of ours watches over
    again = checkout.snakemake(*command[3:])
    assert again.returncode == 0, again.stdout
    assert (checkout.folder / DATA).exists()
