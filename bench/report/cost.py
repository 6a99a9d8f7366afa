"""What each row cost, training and evaluation; the only section that differs between two equal runs.

Jobs' costs are Snakemake's (jobs.csv); speed, size and the memory of a device are the training's own (runs.csv).
"""

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pandas as pd

from bench.records.plan import every_job, every_run
from bench.report.cells import COLUMNS, table
from bench.report.family import training_seconds
from bench.report.results import Place, Results

ROW = ["dataset", "variant"]
SHARED = ""  # the variant of what a data set's rows share, and the data set of what all share
TRAINING = {  # how the batches of seeds of a variant make one number
    "wall_seconds": "sum",
    "images": "sum",
    "peak_memory_bytes": "max",
    "peak_device_memory_bytes": "max",
    "parameters": "max",
}
MEBIBYTE = 2**20
TRAINED = ["wall_seconds", "images_per_second", "peak_memory_bytes", "peak_device_memory_bytes", "parameters"]
JOBS = ["gpu_seconds", "job_wall_seconds", "job_peak_memory_mib"]
HEADER = ["GPU-seconds", "wall seconds", "peak memory, MiB"]
OF_TRAINING = ["training, s", "images/s", "peak device memory, MiB", "parameters"]
TEXT = """\
Training and evaluation, all seeds of a row together, as Snakemake measured their jobs. Of a job that was stopped and
went on it measures the last part; trainings keep all their seconds themselves.
The machine: {devices}. Wall seconds are the sum over the jobs, some of which may have run side by side, GPU-seconds
those of the jobs that hold a GPU, which may share it; peak memory is that of the largest process. Jobs that make tables
and figures of the numbers are not in it.

The columns from *training* on are the training's alone: images/s counts every image a seed sees, and parameters are of
one seed."""


def job_costs(results: Results, by: list[str]) -> pd.DataFrame:
    """Return what the jobs of each group cost together, how many there are and of how many that is known."""
    jobs = results.jobs.fillna({"dataset": SHARED, "variant": SHARED})
    on_gpu = {job.rule for job in every_job(results.plan) if job.gpu}
    jobs = jobs.assign(gpu_seconds=jobs["wall_seconds"].where(jobs["rule"].isin(on_gpu), 0.0))
    known = jobs[["wall_seconds", "peak_memory_mib"]].notna().all(axis=1)
    groups = jobs.assign(known=known).groupby(by, sort=False)
    return groups.agg(
        gpu_seconds=("gpu_seconds", "sum"),
        job_wall_seconds=("wall_seconds", "sum"),
        job_peak_memory_mib=("peak_memory_mib", "max"),
        n=("known", "sum"),
        n_planned=("known", "size"),
    )


def training_costs(results: Results) -> pd.DataFrame:
    """Return what training cost per data set and variant: its batches of seeds summed (time) or their peak (memory)."""
    runs = results.runs.dropna(subset="wall_seconds")
    names = runs[["dataset", "variant", "seeds"]].apply(tuple, axis=1)
    planned = every_run(results.plan)
    seeds = {(r["dataset"], r["variant"], r["path"].split("/")[-1]): len(r["seeds"]) for r in planned}
    # Data sets of an alternative protocol have as many images as their own, unless it says otherwise: no rate.
    train = {name: record["counts"]["train"] for name, record in results.data.items()}
    images = names.map(seeds) * runs["dataset"].map(train) * runs["training.epochs"]
    groups = runs.assign(images=images).groupby(ROW, sort=False)
    totals = groups.agg(TRAINING).assign(n=groups.size())
    # Models without training (PCA, untrained) take no time worth a rate.
    rate = totals["images"].where(totals["images"] > 0) / totals["wall_seconds"].where(totals["wall_seconds"] > 0)
    return totals.assign(images_per_second=rate)


def cost_frame(results: Results) -> pd.DataFrame:
    """Return the costs in long form; n counts batches of seeds (training) or jobs whose cost is known."""
    training = training_costs(results).reset_index()
    training = training.assign(n_planned=training["n"]).melt([*ROW, "n", "n_planned"], TRAINED, "metric", "mean")
    jobs = job_costs(results, ROW).reset_index().melt([*ROW, "n", "n_planned"], JOBS, "metric", "mean")
    return pd.concat([training, jobs]).reindex(columns=COLUMNS)


def cost(results: Results) -> str:
    """Return what every row, data set and the whole run cost."""
    parts = [TEXT.format(devices=_devices(results))]
    rows = job_costs(results, ROW).join(training_costs(results)[TRAINED]).reset_index()
    for dataset, own in rows[rows["dataset"] != SHARED].groupby("dataset", sort=False):
        last = own.sort_values("variant", key=lambda names: names == SHARED, kind="stable")
        lines = [[_name(results, row), *_jobs(row), *_training(row)] for row in last.itertuples()]
        parts += [f"## {_title(results, dataset)}", table(["", *HEADER, *OF_TRAINING], lines)]
    totals = [*job_costs(results, ["dataset"]).reset_index().itertuples(), *_total(results)]
    lines = [[row.dataset or "what all data sets share", *_jobs(row)] for row in totals]
    parts += ["## All methods", training_seconds(results, training_costs(results)["wall_seconds"])]
    return "\n\n".join([*parts, "## All together", table(["", *HEADER], lines)])


def _total(results: Results) -> Iterator[tuple]:
    jobs = replace(results, jobs=results.jobs.assign(dataset="*total*"))
    return job_costs(jobs, ["dataset"]).reset_index().itertuples()


def _devices(results: Results) -> str:
    return ", ".join(results.runs["device_name"].dropna().unique())


def _title(results: Results, dataset: str) -> str:
    return results.title(Place(dataset, None)) if dataset in results.data else dataset


def _name(results: Results, row: Any) -> str:
    if row.variant == SHARED:
        return "*shared by these rows*"
    # An alternative's network may be another one than its data set's, so that no depth is known.
    return results.label(row.variant, row.dataset if row.dataset in results.data else None)


def _jobs(row: Any) -> list[str]:
    if not row.n:
        return [f"not recorded: the benchmark files of {row.n_planned} jobs are gone", "not recorded", "not recorded"]
    lacking = "" if row.n == row.n_planned else f" ({row.n} of {row.n_planned} jobs recorded)"
    on_gpu = f"{row.gpu_seconds:,.1f}{lacking}" if row.gpu_seconds else "no GPU"
    return [on_gpu, f"{row.job_wall_seconds:,.1f}{lacking}", f"{row.job_peak_memory_mib:,.0f}{lacking}"]


def _training(row: Any) -> list[str]:
    if math.isnan(row.wall_seconds):
        return ["-"] * 4
    trained = row.wall_seconds > 0
    rate = "not counted" if math.isnan(row.images_per_second) else f"{row.images_per_second:,.0f}"
    return [
        f"{row.wall_seconds:.1f}" if trained else "no training",
        rate if trained else "no training",
        f"{row.peak_device_memory_bytes / MEBIBYTE:,.0f}" if row.peak_device_memory_bytes else "no device",
        f"{row.parameters:,.0f}",
    ]
