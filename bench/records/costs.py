"""What the jobs cost; in: the plan and Snakemake's benchmark files, out: jobs.csv."""

import math
from pathlib import Path
from typing import Any

import pandas as pd

from bench.records.files import read_json
from bench.records.plan import Job, every_job

NAMES = ["rule", "dataset", "variant", "seeds"]
COLUMNS = [*NAMES, "wall_seconds", "peak_memory_mib"]
# Columns of a benchmark file; Snakemake's "MB" are 2**20 bytes. Its CPU time is not among them: that of a job's last
# half minute is missing there.
MEASURES = ("s", "max_rss")
REPORT = ("tables", "figures")  # what begins so is made of the numbers, and after this table


def gather_jobs(plan: dict[str, Any], results: Path) -> pd.DataFrame:
    """Return what each job that makes numbers cost: wall seconds, peak memory in MiB.

    Missing where there is no benchmark file or no number in it (a job too short to be looked at).
    """
    jobs = [job for job in every_job(plan) if not job.outputs[0].startswith(REPORT)]
    rows = [(job.rule, *map(job.value, NAMES[1:]), *job_cost(job, results)) for job in jobs]
    return pd.DataFrame(rows, columns=COLUMNS)


def job_cost(job: Job, results: Path) -> list[float]:
    """Return wall seconds and peak memory (MiB) of a job; NaN for what is not known.

    Snakemake counts a job that was stopped and went on from then only; a training itself keeps all its seconds.
    """
    seconds, memory = read_benchmark(results / job.benchmark)
    kept = [results / path for path in job.outputs if path.endswith("provenance.json")]
    whole = max((read_json(path)["wall_seconds"] for path in kept if path.exists()), default=seconds)
    return [max(seconds, whole), memory]  # of a NaN in the first place nothing is greater: it stays


def read_benchmark(path: Path) -> list[float]:
    """Return wall seconds and peak memory (MiB) from a benchmark file; NaN for what it lacks."""
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    measured = dict(zip(lines[0].split("\t"), lines[-1].split("\t"), strict=False)) if lines else {}
    return [_number(measured.get(name, "")) for name in MEASURES]


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:  # "NA" or "-"
        return math.nan
