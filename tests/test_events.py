"""What Snakemake's runs leave in logs/events.jsonl, and what those who watch make of it."""

import json
import os
import signal
import sys

import pytest
from small_plan import job
from smoke_run import start, wait_for

from bench.watch.status import read_status, read_suite

DATA = "results/smoke/data/shapes/data.json"
COMMAND = (sys.executable, "-m", "snakemake", "--cores", "1", DATA, "--config", "preset=smoke")
FAST = """#!/usr/bin/env bash
while [ -e slow ]; do sleep 0.1; done
touch results/smoke/data/shapes/{{train,test}{,_labels}.npy,data.json}
"""
BROKEN = "#!/bin/sh\necho no shapes today\nexit 1\n"
FETCH = {"rule": "fetch", "wildcards": {"dataset": "shapes"}}
PLAN = {"jobs": [job("fetch", "shapes", outputs=["data/shapes/data.json"])]}


@pytest.fixture
def fast(checkout):
    """A checkout whose only job makes its files at once, or waits as long as there is a file `slow`."""
    put(checkout, FAST)
    return checkout


def put(checkout, python):
    """Let the jobs of a checkout run with a stand-in for Python."""
    (checkout.folder / "bin/python").write_text(python)
    (checkout.folder / "bin/python").chmod(0o755)


def events(checkout):
    """Return the events without their times, which are in order."""
    lines = (checkout.folder / "results/smoke/logs/events.jsonl").read_text().splitlines()
    told = [json.loads(line) for line in lines]
    times = [event.pop("time") for event in told]
    assert times == sorted(times)
    return told


def seen(checkout):
    """Return the state of the suite and of its job."""
    folder = checkout.folder / "results/smoke"
    suite = read_suite(folder)
    status = read_status(PLAN, folder, suite, 0.0)
    return suite.state, *(state for state, jobs in status._asdict().items() if jobs)


def test_a_run_tells_of_its_jobs_and_its_end_and_one_with_nothing_to_do_of_nothing(fast):
    result = fast.snakemake(*COMMAND[3:])
    assert result.returncode == 0, result.stdout
    first, *jobs, last = events(fast)
    assert first["suite"] == "started" and {"host", "process"} < {*first}
    assert jobs == [{"job": "started"} | FETCH, {"job": "finished"} | FETCH]
    assert last == {"suite": "done"}
    assert seen(fast) == ("done", "done")
    for options in (["--dry-run", "--forceall"], []):
        assert fast.snakemake(*COMMAND[3:], *options).returncode == 0
    assert events(fast) == [first, *jobs, last]


def test_a_failed_job_is_told_and_the_next_run_begins_anew(fast):
    put(fast, BROKEN)
    assert fast.snakemake(*COMMAND[3:]).returncode == 1
    assert events(fast)[1:] == [{"job": "started"} | FETCH, {"job": "failed"} | FETCH, {"suite": "failed"}]
    assert seen(fast) == ("failed", "failed")
    put(fast, FAST)
    assert fast.snakemake(*COMMAND[3:]).returncode == 0
    assert [event.get("job") for event in events(fast)] == [None, "started", "finished", None]
    assert seen(fast) == ("done", "done")


@pytest.mark.parametrize(
    ("number", "state"), [(signal.SIGINT, ("failed", "failed")), (signal.SIGKILL, ("killed", "waiting"))]
)
def test_a_job_runs_until_snakemake_is_stopped_or_killed(fast, number, state):
    (fast.folder / "slow").touch()
    process = start(fast, COMMAND)
    wait_for((fast.folder / "results/smoke/logs/fetch/shapes.log").exists)
    running = seen(fast)
    os.killpg(process.pid, number)
    process.wait()
    assert (running, seen(fast)) == (("running", "running"), state)
