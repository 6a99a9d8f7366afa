"""What a job writes into its log: when it began, how far it is, how it ended."""

import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bench.job import progress
from bench.job.log import read_start
from bench.job.progress import Progress, read_progress, track

REPOSITORY = Path(__file__).resolve().parent.parent
PROGRAM = """
import os, time
from bench.job.command import Stop, execute
def main():
    {}
execute("train", main)
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
        ("raise Stop('no data: fetch them')", 1, r"bench\.train: no data: fetch them"),
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


def test_when_a_job_began_can_be_read_from_its_log(log):
    before = int(time.time())
    start(log, "print('working')").wait()
    lines = log.read_text().splitlines()
    assert before <= read_start(["a warning", *lines]) <= time.time()
    assert read_start(lines[1:]) is None


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
    assert read_progress(line) == (4.5, 10.0, "4.5/10 epochs  loss 0.5  125 images/s", 44.0)


def test_a_line_of_another_kind_is_no_progress():
    for line in ("progress is slow", "progress 3/10 epochs  14 s le", "ogress 3/10 epochs  14 s left"):
        assert read_progress(line) is None


def test_between_two_lines_nothing_is_printed_and_no_loss_is_asked_for(clock, capsys):
    asked = []
    told = Progress(100, "epochs")
    for second in range(1, 13):
        clock[0] = float(second)
        told.show(second, lambda: asked.append(1) or "loss")
    assert len(capsys.readouterr().out.splitlines()) == len(asked) == 2  # after 5 and 10 seconds


def test_track_yields_every_item_and_tells_how_many_are_done(clock, capsys):
    letters = []
    for letter in track("abc", "letters"):
        clock[0] += 6.0
        letters.append(letter)
    assert letters == ["a", "b", "c"]
    assert capsys.readouterr().out.splitlines()[-1] == "progress 3/3 letters  0 s left"
