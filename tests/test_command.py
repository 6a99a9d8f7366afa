"""What every job shares: it ends in one line, and with the Snakemake that started it, leaving no half file."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from smoke_run import wait_for

ROOT = Path(__file__).parents[1]
# A job that is writing its output until it is told to end.
JOB = """
import time
from bench.job.command import end_with_workflow, execute
from bench.records.files import writing

def main():
    with writing("out/table.csv") as temporary:
        temporary.write_text("half")
        time.sleep(60)

end_with_workflow()
execute("table", main)
"""


@pytest.fixture
def started(tmp_path):
    """A shell, standing for Snakemake, and the job that it has started; the job has begun to write."""
    command = f"set -m; export BENCH_WORKFLOW=$$; {sys.executable} job.py 2> log & echo $!; wait"
    (tmp_path / "job.py").write_text(JOB)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        ["bash", "-c", command], cwd=tmp_path, env=environment, stdout=subprocess.PIPE, text=True
    ) as shell:
        job = int(shell.stdout.readline())
        wait_for(lambda: list(tmp_path.glob("out/.table.*")))
        yield shell, job
        shell.kill()


def lives(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rsplit(") ")[1][0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="only Linux tells of the end of another's process")
def test_a_job_ends_with_the_snakemake_that_started_it_and_leaves_no_half_file(started, tmp_path):
    shell, job = started
    shell.kill()
    wait_for(lambda: not lives(job))
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_job_leaves_no_half_file_and_no_traceback(started, tmp_path, number):
    _, job = started
    os.kill(job, number)
    wait_for(lambda: not lives(job))
    assert list((tmp_path / "out").iterdir()) == []
    assert (tmp_path / "log").read_text() == ""


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="only Linux tells of the end of another's process")
def test_a_job_whose_snakemake_is_gone_does_not_begin():
    gone = subprocess.Popen(["true"])
    gone.wait()
    environment = {**os.environ, "BENCH_WORKFLOW": str(gone.pid)}
    command = [sys.executable, "-m", "bench.job", "fetch", "--help"]
    result = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert result.returncode == 128 + signal.SIGTERM
    assert result.stdout == result.stderr == ""
