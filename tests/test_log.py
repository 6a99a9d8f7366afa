"""What a job writes into its log: how far it is, how it ended, that it lives."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bench.job import progress
from bench.job.progress import LINE, Progress, counted

REPOSITORY = Path(__file__).resolve().parent.parent
PROGRAM = """
import os, time
import bench.job.log
from bench.job.command import Stop, run
bench.job.log.BEAT = 0.05
def main():
    {}
run(main)
"""


def start(log, body):
    """Start a job that does what `body` says, with its output in a log."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("w") as file:
        command = [sys.executable, "-c", PROGRAM.format(body)]
        return subprocess.Popen(command, cwd=REPOSITORY, stdout=file, stderr=subprocess.STDOUT)


@pytest.fixture
def log(tmp_path):
    return tmp_path / "logs" / "train" / "shapes" / "ae" / "0-2.log"


@pytest.mark.parametrize(
    ("body", "code", "last"),
    [
        ("print('working')", 0, r"train shapes/ae/0-2: done in \d+\.\d s, peak memory \d+ MiB"),
        ("raise Stop('no data: fetch them')", 1, r"bench\.-c: no data: fetch them"),
        ("raise ValueError('a bug\\nwith details')", 1, r"train shapes/ae/0-2: failed with ValueError: a bug: in .*"),
        ("os.kill(os.getpid(), 15); time.sleep(9)", 143, r"train shapes/ae/0-2: stopped by SIGTERM in .*"),
        ("os.kill(os.getpid(), 2); time.sleep(9)", 130, r"train shapes/ae/0-2: stopped by SIGINT in .*"),
    ],
)
def test_the_last_line_of_a_log_says_how_its_job_ended(log, body, code, last):
    assert start(log, body).wait() == code
    first, *_, final = log.read_text().splitlines()
    assert re.fullmatch(r"train shapes/ae/0-2: started \d{4}-\d\d-\d\d \d\d:\d\d:\d\d on \S+, process \d+", first)
    assert re.fullmatch(last, final)


def test_a_bug_keeps_its_traceback(log):
    start(log, "raise ValueError('a bug')").wait()
    assert "Traceback" in log.read_text()


def test_a_log_is_touched_while_its_job_lives_and_no_longer(log):
    job = start(log, "time.sleep(60)")
    while not log.read_text():
        assert job.poll() is None
        time.sleep(0.02)
    os.utime(log, (0, 0))
    while log.stat().st_mtime == 0:
        assert job.poll() is None
        time.sleep(0.02)
    job.send_signal(signal.SIGKILL)
    job.wait()
    os.utime(log, (0, 0))
    time.sleep(0.2)  # four beats
    assert log.stat().st_mtime == 0


def test_a_command_that_is_no_job_prints_what_it_prints(tmp_path):
    output = tmp_path / "output.log"
    assert start(output, "print('working')").wait() == 0
    assert output.read_text() == "working\n"


# Progress


@pytest.fixture
def clock(monkeypatch):
    """Return a list whose only entry is the time."""
    now = [0.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    return now


def test_progress_tells_speed_and_time_left_from_where_it_began(clock, capsys):
    told = Progress(10, "epochs", begun=2, rate=(1000, "images"))
    clock[0] = 20.0
    told.show(4.5, lambda: "loss 0.5")
    line = capsys.readouterr().out.strip()
    assert line == "progress 4.5/10 epochs  loss 0.5  125 images/s  44 s left"  # 2.5 epochs in 20 s
    assert LINE.fullmatch(line).groupdict() == {
        "done": "4.5", "total": "10", "what": "epochs  loss 0.5  125 images/s", "left": "44",
    }  # fmt: skip


def test_between_two_lines_nothing_is_printed_and_no_loss_is_asked_for(clock, capsys):
    asked = []
    told = Progress(100, "epochs")
    for second in range(1, 13):
        clock[0] = float(second)
        told.show(second, lambda: asked.append(1) or "loss")
    assert len(capsys.readouterr().out.splitlines()) == len(asked) == 2  # after 5 and 10 seconds


def test_counted_yields_every_item_and_tells_how_many_are_done(clock, capsys):
    found = []
    for item in counted("abc", "letters"):
        clock[0] += 6.0
        found.append(item)
    assert found == ["a", "b", "c"]
    assert capsys.readouterr().out.splitlines()[-1] == "progress 3/3 letters  0 s left"
