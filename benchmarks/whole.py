"""Where the seconds of a whole quick run go: training, evaluation, and the start of its processes."""

import subprocess
import sys
from pathlib import Path

import torch

from bench.job.source import REPOSITORY
from bench.records.tables import read_table
from benchmarks.side_by_side import Line, seconds

JOBS = REPOSITORY / "results" / "quick" / "tables" / "jobs.csv"  # what Snakemake measured of the last `make quick`
TRAINING = ("train", "supervise", "fid_extractor", "linear_rank")
STARTS = 3


def measure(device: torch.device) -> list[Line]:
    """Return the seconds of both kinds of jobs, summed over the jobs of the last quick run, and what starting them took
    of these; none on a GPU, or where quick has not run.
    """
    return lines(JOBS) if device.type == "cpu" and JOBS.exists() else []


def lines(path: Path) -> list[Line]:
    """Return the lines of a table of jobs."""
    jobs = read_table(path).dropna(subset="wall_seconds")
    trained = jobs["rule"].isin(TRAINING)
    # A job imports torch and the suite before it does anything: as `--help` of a rule does.
    command = [sys.executable, "-m", "bench.job", "encode", "--help"]
    start = min(seconds(lambda: subprocess.run(command, check=True, capture_output=True), _CPU) for _ in range(STARTS))
    what = f"whole quick run, {len(jobs)} jobs, seconds of one core"
    return [
        Line(what, "jobs that train", float(jobs.loc[trained, "wall_seconds"].sum()), "s"),
        Line(what, "jobs that evaluate", float(jobs.loc[~trained, "wall_seconds"].sum()), "s"),
        Line(what, "of both, starting a process", start * len(jobs), "s", None, {"seconds a start": round(start, 3)}),
    ]


_CPU = torch.device("cpu")
