"""What those see who watch a suite: the state of its jobs, and the time left."""

import os
import subprocess
import sys
import time
from io import StringIO

import pytest
from rich.console import Console
from small_plan import finish, write_plan

from bench.records.costs import COLUMNS
from bench.records.plan import every_job
from bench.watch import __main__ as view
from bench.watch.expected import expected, job_left, remaining
from bench.watch.status import read_status, read_suite
from workflow.events import Events

HERE = os.uname().nodename
EPOCHS = "progress 3/10 epochs  loss 0.1  500 images/s  14 s left"


class Suite:
    """A results folder in work: its jobs, and what Snakemake and they write."""

    def __init__(self, folder):
        self.folder, self.plan = folder, write_plan(folder)
        self.events = Events(folder)
        self.events.path.parent.mkdir()

    def job(self, *names):
        return next(
            job for job in every_job(self.plan) if job.name == " ".join([names[0], "/".join(names[1:])]).strip()
        )

    def begin(self, host=HERE, process=None):
        self.events.write(suite="started", host=host, process=process or os.getpid())

    def say(self, state, *jobs):
        """Write an event of jobs."""
        for job in jobs:
            self.events.write(job=state, rule=job.rule, wildcards=dict(job.wildcards))

    def log(self, job, *lines, age=0.0):
        """Write a job's log, last touched `age` seconds ago."""
        path = self.folder / job.log
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(f"{text}\n" for text in lines))
        os.utime(path, (time.time() - age,) * 2)

    def run(self, job, *lines, seconds=0):
        """Let a job run, for so many seconds."""
        self.say("started", job)
        began = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(time.time() - seconds))
        self.log(job, f"{job.name}: started {began} on a-machine, process 1", *lines)

    def status(self):
        return read_status(self.plan, self.folder, read_suite(self.folder), time.time())


@pytest.fixture
def suite(tmp_path):
    return Suite(tmp_path / "results")


@pytest.fixture
def train(suite):
    return suite.job("train", "digits", "ae", "0-1")


@pytest.fixture
def classify(suite):
    return suite.job("classify", "digits", "ae", "0-1")


# The state of jobs


def test_a_job_runs_once_its_log_begins_and_was_submitted_before(suite, train, classify):
    suite.log(classify, "of an earlier run", age=60)
    suite.begin()
    suite.run(train, EPOCHS, "a warning", seconds=30)
    suite.say("started", classify)
    status = suite.status()
    (running,) = status.running
    assert running.job == train and running.seconds == pytest.approx(30, abs=2)
    assert running.progress == (3.0, 10.0, "3/10 epochs  loss 0.1  500 images/s", 14.0)
    assert status.submitted == [classify] and not status.failed


def test_a_job_is_done_when_its_outputs_are_there_in_whichever_run_they_were_made(suite, train, classify):
    finish(suite.folder, train)
    assert train in suite.status().done
    suite.begin()
    finish(suite.folder, classify)
    suite.run(classify)  # in a group on a cluster, whose end Snakemake has not seen yet
    assert {train, classify} <= {*suite.status().done}
    (suite.folder / train.outputs[0]).unlink()
    assert train in suite.status().waiting


def test_a_failed_job_says_why_until_it_comes_again(suite, train, classify):
    suite.begin()
    for job in (train, classify):
        suite.run(job, EPOCHS)
        suite.say("failed", job)
    suite.log(classify, "bench.classify: no data: fetch them")
    assert suite.status().failed == [(train, EPOCHS), (classify, "bench.classify: no data: fetch them")]
    suite.run(train)
    assert [job for job, _ in suite.status().failed] == [classify]
    assert [running.job for running in suite.status().running] == [train]


def test_of_a_suite_that_was_killed_or_has_ended_nothing_runs(suite, train):
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    suite.begin(process=ended.pid)
    suite.run(train, EPOCHS)
    assert read_suite(suite.folder).state == "killed"
    assert train in suite.status().waiting and not suite.status().running
    suite.events.write(suite="failed")
    assert read_suite(suite.folder).state == "failed" and train in suite.status().waiting


def test_a_process_of_another_machine_is_believed_to_live(suite):
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    suite.begin(host="another", process=ended.pid)
    assert read_suite(suite.folder).state == "running"


def test_half_a_line_of_a_full_disk_hides_no_other_event(suite, train, classify):
    suite.begin()
    with suite.events.path.open("a") as file:
        file.write('{"job": "sta\n')
    suite.run(train)
    assert [running.job for running in suite.status().running] == [train]


def test_the_middle_of_a_long_log_is_not_read(suite, train):
    suite.begin()
    suite.run(train, *["noise"] * 10_000, EPOCHS, seconds=30)
    (running,) = suite.status().running
    assert running.seconds == pytest.approx(30, abs=2) and running.progress.done == 3.0


# What it costs


def test_what_is_left_is_weighted_by_measured_cost(suite, train, classify):
    for job in every_job(suite.plan):
        if job not in (train, classify) and job.rule not in ("aggregate", "tables"):
            finish(suite.folder, job)
    costs = expected(suite.plan, suite.folder)
    assert costs[classify] == pytest.approx(5 * 25.0 / 7 * 2)  # three batches of one seed, two of two
    assert costs[train] == pytest.approx(20.0, rel=0.01)  # as long as the other model, of nearly as many operations
    status = suite.status()
    assert [job.rule for job in status.waiting] == ["train", "classify", "aggregate", "tables"]
    left = remaining(status, costs)
    ahead = costs[train] + costs[classify]
    assert left == pytest.approx((25.0 * 12 / (25.0 * 12 + ahead), ahead, 2))  # nobody knows of the report


def test_as_many_jobs_are_taken_to_run_at_once_as_do_now(suite, train, classify):
    costs = dict.fromkeys(every_job(suite.plan), 10.0)
    suite.begin()
    assert remaining(suite.status(), costs).seconds == 150.0
    for job in (suite.job("linear_rank"), classify):
        suite.run(job)
    suite.say("started", train)  # in a queue, so ahead of us
    assert remaining(suite.status(), costs).seconds == pytest.approx(75.0, abs=2)


def test_what_nothing_was_measured_of_costs_what_it_did_in_an_earlier_run(suite, train, classify):
    fetch = suite.job("fetch", "digits")
    finish(suite.folder, fetch)
    assert expected(suite.plan, suite.folder)[classify] is None
    rows = [("classify", "digits", "ae", "0-1", 40.0, 1.0), ("fetch", "digits", "", "", 50.0, 1.0)]
    (suite.folder / "tables").mkdir()
    (suite.folder / "tables/jobs.csv").write_text(
        "".join(",".join(map(str, row)) + "\n" for row in [COLUMNS, *rows]), encoding="utf-8"
    )
    assert expected(suite.plan, suite.folder)[classify] == 20.0  # this machine takes half as long: 25 against 50 s


def test_a_training_says_itself_how_long_it_takes_and_others_are_known_by_their_kind(suite, train, classify):
    suite.begin()
    for job in (train, classify):
        suite.run(job, EPOCHS, seconds=30)
    running = {one.job: one for one in suite.status().running}
    assert job_left(running[train], {train: 100.0}) == 14.0
    assert job_left(running[classify], {classify: 100.0}) == pytest.approx(70.0, abs=2)
    assert job_left(running[classify], {classify: 31.0}) == 14.0  # its part alone takes that long
    assert job_left(running[classify], {classify: None}) == 14.0


@pytest.mark.parametrize(("seconds", "words"), [(89.4, "89 s"), (600, "10 min"), (9000, "2.5 h")])
def test_durations_in_words(seconds, words):
    assert view.duration(seconds) == words


# What is shown


def test_a_line_and_the_view_have_the_whole_and_every_job_that_runs_or_failed(suite, train, classify):
    vae = suite.job("train", "digits", "vae", "2")
    suite.begin()
    suite.run(train, EPOCHS)
    suite.run(vae, "bench.train: no [weights]")
    suite.say("failed", vae)
    suite.say("started", classify)
    seen = next(view.watch(suite.folder, 0.0))
    assert "  1 of 16 jobs done, 1 running, 1 submitted, 1 failed  about " in view.line(seen)
    assert "; train digits/ae/0-1  3/10 epochs  loss 0.1  500 images/s  14 s left; " in view.line(seen)
    assert view.line(seen).endswith("; failed: train digits/vae/2: bench.train: no [weights]")
    console = Console(width=150, highlight=False, markup=False, record=True, file=StringIO())
    console.print(view.drawn(seen, 24))
    shown = console.export_text()
    assert "3/10 epochs  loss 0.1  500 images/s" in shown
    assert "bench.train: no [weights]" in shown


def test_a_suite_that_has_not_begun_is_waited_for_and_one_that_ended_is_shown_once_more(tmp_path):
    looks = view.watch(tmp_path / "results", 0.0)
    assert next(looks) is None
    suite = Suite(tmp_path / "results")
    assert len(next(looks).status.done) == 1
    suite.begin()
    assert not next(looks).killed
    suite.events.write(suite="done")
    assert len([*looks]) == 1


def test_a_killed_suite_is_said_to_be_killed(suite):
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    suite.begin(process=ended.pid)
    (seen,) = view.watch(suite.folder, 0.0)
    assert "1 of 16 jobs done, Snakemake was killed  13 jobs of unknown length" in view.line(seen)
