"""What those see who watch a suite: the state of its jobs, the time left, the partial tables."""

import os
import subprocess
import sys
import time
from io import StringIO

import pytest
from rich.console import Console
from synthetic import write_results

from bench.records.files import read_json, write_json
from bench.records.jobs import jobs
from bench.watch.__main__ import Watched, drawn, duration, line, watch
from bench.watch.expected import at_once, expected, job_left, left
from bench.watch.partial import Partial, partial_tables
from bench.watch.status import Suite, log_of, read_suite, status

NOW = 1_000_000.0
EPOCHS = "progress 3/10 epochs  loss 0.1  500 images/s  14 s left"


@pytest.fixture
def folder(tmp_path):
    """A results folder with every run and no report, with images large enough for its networks."""
    write_results(tmp_path)
    for path in tmp_path.glob("data/*/data.json"):
        write_json(path, read_json(path) | {"shape": [1, 32, 32]})
    return tmp_path


@pytest.fixture
def plan(folder):
    return read_json(folder / "plan.json")


def find(plan, *names):
    return next(job for job in jobs(plan) if job[: len(names)] == names)


def write_log(folder, job, *lines, age=0.0):
    """Make a job's log, last touched `age` seconds ago."""
    path = log_of(job, folder)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{text}\n" for text in lines))
    os.utime(path, (NOW - age, NOW - age))


def undo(folder, job):
    """Take away what a job made."""
    (folder / job.output).unlink()
    (folder / job.benchmark).unlink(missing_ok=True)


def started(job, seconds):
    return (
        f"{job.rule} x: started {time.strftime('%Y-%m-%d %H:%M:%S', time.localtime(NOW - seconds))} on here, process 1"
    )


# The state of jobs


def test_a_job_runs_while_its_log_is_fresh_and_has_no_last_line(folder, plan):
    train, sample = find(plan, "train", "shapes", "ae"), find(plan, "sample", "shapes", "ae")
    undo(folder, train)
    write_log(folder, train, started(train, 30), EPOCHS, "a warning", age=5)
    write_log(folder, sample, "sample shapes/ae/0-1: done in 3.0 s, peak memory 9 MiB")
    found = status(plan, folder, 0.0, NOW)
    (running,) = found.running
    assert (running.job, running.seconds, running.progress["left"]) == (train, 30.0, "14")
    assert sample in found.done and not found.failed


def test_a_job_that_was_killed_runs_no_longer_and_a_failed_one_says_why(folder, plan):
    killed, failed, before = (find(plan, "train", "mnist5k", name) for name in ("ae", "vae", "irmae-l8"))
    for job in (killed, failed, before):
        undo(folder, job)
    write_log(folder, killed, started(killed, 300), EPOCHS, age=100)
    write_log(folder, failed, started(failed, 3), "bench.train: no data: fetch them", age=1)
    write_log(folder, before, "bench.train: an older error", age=500)
    found = status(plan, folder, NOW - 400, NOW)
    assert not found.running and before in found.waiting
    assert found.failed == [(killed, EPOCHS), (failed, "bench.train: no data: fetch them")]


def test_the_middle_of_a_long_log_is_not_read(folder, plan):
    train = find(plan, "train", "shapes", "ae")
    write_log(folder, train, started(train, 30), *["noise"] * 10_000, EPOCHS)
    (running,) = status(plan, folder, 0.0, NOW).running
    assert (running.seconds, running.progress["done"]) == (30.0, "3")


# What it costs


def test_what_is_left_is_weighted_by_measured_cost(folder, plan):
    """Every job of the folder took 12.5 s, with one seed or two."""
    waiting = [find(plan, "sample", "shapes", "ae"), find(plan, "fid", "shapes", "ae")]
    for job in waiting:
        undo(folder, job)
    costs = expected(plan, folder)
    assert all(12.5 < costs[job] < 25.0 for job in waiting)  # of two seeds, each 6.25 to 12.5 s
    found = status(plan, folder, 0.0, NOW)
    assert set(waiting) <= set(found.waiting)
    measured = [job for job in found.done if costs[job] is not None]
    ahead = sum(costs[job] or 0.0 for job in found.waiting)
    result = left(found, costs, 2.0)
    assert result.seconds == pytest.approx(ahead / 2)
    assert result.share == pytest.approx(12.5 * len(measured) / (12.5 * len(measured) + ahead))
    assert result.unknown == sum(costs[job] is None for job in found.waiting) > 0  # the report was never measured


def test_what_nothing_was_measured_of_costs_what_it_did_in_an_earlier_run(folder, plan):
    supervise = [job for job in jobs(plan) if job.rule == "supervise"]
    for job in supervise:
        undo(folder, job)
    assert {expected(plan, folder)[job] for job in supervise} == {None}
    known = find(plan, "spectrum", "shapes", "ae")
    rows = [(*supervise[0][:4], 40.0, 1.0), (*known[:4], 25.0, 1.0)]
    text = "rule,dataset,variant,seeds,wall_seconds,peak_memory_mib\n"
    (folder / "tables").mkdir(exist_ok=True)
    (folder / "tables/jobs.csv").write_text(text + "".join(",".join(map(str, row)) + "\n" for row in rows))
    assert expected(plan, folder)[supervise[0]] == 20.0  # this machine takes half as long: 12.5 against 25 s


def test_a_training_says_itself_how_long_it_takes_and_others_are_known_by_their_kind(folder, plan):
    train, classify = find(plan, "train", "shapes", "ae"), find(plan, "classify", "mnist5k", "ae")
    for job in (train, classify):
        write_log(folder, job, started(job, 30), EPOCHS)
    running = {one.job: one for one in status(plan, folder, 0.0, NOW).running}
    costs = {train: 100.0, classify: 100.0}
    assert [job_left(running[job], costs) for job in (train, classify)] == [14.0, 70.0]
    assert job_left(running[classify], {classify: 31.0}) == 14.0  # its part alone takes that long
    assert job_left(running[classify], {classify: None}) == 14.0


def test_jobs_at_once_are_counted_from_when_they_ran(folder, plan):
    train = find(plan, "train", "shapes", "ae")
    write_log(folder, train, started(train, 25))
    for path in folder.glob("benchmarks/**/*.tsv"):
        os.utime(path, (0, 0))
    for job in (find(plan, "sample", "shapes", "ae"), find(plan, "fid", "shapes", "ae")):
        os.utime(folder / job.benchmark, (NOW, NOW))  # two of 12.5 s beside the training's 25 s
    assert at_once(status(plan, folder, 0.0, NOW), folder, NOW) == pytest.approx(2.0)


@pytest.mark.parametrize(("seconds", "words"), [(89.4, "89 s"), (600, "10 min"), (9000, "2.5 h")])
def test_durations_in_words(seconds, words):
    assert duration(seconds) == words


# What is shown


def test_a_line_has_the_whole_and_every_job_that_runs_or_failed(folder, plan):
    train, failed = find(plan, "train", "shapes", "ae"), find(plan, "fid", "shapes", "ae")
    for job in (train, failed):
        undo(folder, job)
    now = time.time()
    for job, text in ((train, EPOCHS), (failed, "bench.fid: no [weights]")):
        write_log(folder, job, text)
        os.utime(log_of(job, folder), (now, now))
    watched = Watched(folder, os.getpid())
    watched.began = now - 1
    view = watched.look()
    assert f" of {len(list(jobs(plan)))} jobs done, 1 running, 1 failed" in line(view)
    assert "train shapes/ae/0-1  3/10 epochs  loss 0.1  500 images/s  14 s left" in line(view)
    assert "failed: fid shapes/ae/0-1: bench.fid: no [weights]" in line(view)
    console = Console(width=150, highlight=False, markup=False, record=True, file=StringIO())
    console.print(drawn(view, 24))
    shown = console.export_text()
    assert "3/10 epochs  loss 0.1  500 images/s" in shown and "bench.fid: no [weights]" in shown


def test_a_suite_that_has_not_begun_is_waited_for_and_one_that_ended_is_not(tmp_path):
    watched = Watched(tmp_path, None)
    assert watched.lasts() and watched.look() is None
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    record = {"host": os.uname().nodename, "process": os.getpid(), "started": NOW}
    for state, process, lasts in (
        ("running", os.getpid(), True),
        ("done", os.getpid(), False),
        ("running", ended.pid, False),
    ):
        write_json(tmp_path / "logs/suite.json", record | {"state": state, "process": process})
        assert watched.lasts() == lasts
    write_json(tmp_path / "logs/suite.json", record | {"state": "running", "host": "another", "process": ended.pid})
    assert watched.lasts() and read_suite(tmp_path) == Suite("running", "another", ended.pid, NOW)


def test_ending_to_watch_shows_the_last_state_and_raises_nothing(folder):
    seen = []

    def show(view):
        seen.append(view)
        if len(seen) == 1:
            raise SystemExit(130)

    watch(Watched(folder, os.getpid()), show, 0.0)
    assert len(seen) == 2


# Partial tables


def test_cells_to_come_are_pending_and_diverged_ones_are_not(folder, plan):
    run = next(run for run in plan["runs"] if (run["dataset"], run["variant"]) == ("mnist5k", "irmae-l8"))
    (folder / run["path"] / "metrics/fid.csv").unlink()
    for each in plan["runs"]:
        if (each["dataset"], each["variant"]) == ("mnist5k", "pca"):
            (folder / each["path"] / "metrics/encode.csv").unlink()
    text = partial_tables(plan, folder, status(plan, folder, 0.0, NOW))
    rows = [row.split(" | ") for row in text.splitlines() if row.startswith(("| IRMAE l=8 ", "| VAE ", "| PCA "))]
    fid, kept = next(r for r in rows if "IRMAE" in r[0]), next(r for r in rows if "VAE" in r[0])
    assert "<br>" in fid[1] and fid[1].strip().endswith("1 pending") or fid[1].strip().endswith("2 pending")
    assert "1 diverged" in kept[1] and "pending" not in kept[1]
    assert any(cell.strip().startswith("pending") for row in rows if "PCA" in row[0] for cell in row)
    for word in ("Verdict", "verdict on", "claims"):
        assert word not in text


def test_a_data_set_that_is_not_there_is_named_and_its_tables_wait(folder, plan):
    (folder / "data/shapes/data.json").unlink()
    text = partial_tables(plan, folder, status(plan, folder, 0.0, NOW))
    assert "Nothing is there yet of shapes." in text
    assert "Shape: pending" in text and "CelebA: not run in this preset" in text


def test_partial_tables_go_when_the_suite_is_done(folder, plan):
    partial, found = Partial(folder), status(plan, folder, 0.0, NOW)
    partial.update(plan, found)
    assert (folder / "partial/tables.md").exists()
    assert not (folder / "tables.md").exists()
    partial.update(plan, found._replace(waiting=[]))
    assert not (folder / "partial/tables.md").exists()


def test_nothing_measured_gives_no_tables(folder, plan):
    for path in [*folder.glob("runs/**/metrics/*.csv"), *folder.glob("data/*/*.csv")]:
        path.unlink()
    assert partial_tables(plan, folder, status(plan, folder, 0.0, NOW)) == ""
