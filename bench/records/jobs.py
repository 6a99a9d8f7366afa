"""The workflow's jobs and what each cost; in: the plan and Snakemake's benchmark files, out: jobs.csv.

The plan names runs; which rules they go through, and where these keep their files, is repeated here from
workflow/rules. A test compares the jobs with those that Snakemake plans.
"""

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

COLUMNS = ["rule", "dataset", "variant", "seeds", "wall_seconds", "peak_memory_mib"]
# Columns of a benchmark file; Snakemake's "MB" are 2**20 bytes. Its CPU time is not among them: that of a job's last
# half minute is missing there.
MEASURES = ("s", "max_rss")
WITHOUT_DEVICE = ("fetch", "fetch_inception", "spectrum")  # rules that leave a GPU to others
REPORT = {
    "aggregate": "tables/metrics.csv",
    "judge": "tables/claims.csv",
    "tables": "tables.md",
    "check": "tables/check.csv",
}


class Job(NamedTuple):
    """A job by its rule and wildcards (empty: it has none); paths are relative to the results folder."""

    rule: str
    dataset: str
    variant: str
    seeds: str
    output: str  # one of its files: it is done when this exists
    benchmark: str  # where Snakemake keeps what it cost


def jobs(plan: dict[str, Any]) -> Iterator[Job]:
    """Yield every job of a plan but those that only write a plan or specification."""
    yield from measuring(plan)
    yield from _images(plan)
    for name in plan["figures"]:
        yield Job("figure", "", "", "", f"figures/figure_{name}.png", f"benchmarks/figure/{name}.tsv")
    for rule, output in REPORT.items():
        yield _job(rule, output=output)


def every_run(plan: dict[str, Any]) -> list[dict[str, Any]]:
    """Return every run of a plan once: those of rows, those trained again, the points of studies that are neither."""
    found: dict[str, dict[str, Any]] = {}
    for run in plan["runs"] + plan["retrained"] + plan["studied"]:
        found.setdefault(run["path"], run)
    return [*found.values()]


def measuring(plan: dict[str, Any]) -> Iterator[Job]:
    """Yield the jobs that rule `aggregate` waits for: those of the data sets, then those of the runs."""
    retrained = {run["dataset"]: "fid" in run["metrics"] for run in plan["retrained"]}
    datasets = dict.fromkeys(plan["config"]["datasets"], True) | retrained
    in_domain = plan["config"]["fid"]["extractor"] == "in_domain"
    if not in_domain:
        yield _job("fetch_inception", output="data/inception.pth")
    for dataset, compared in datasets.items():
        yield _job("fetch", dataset, output=f"data/{dataset}/data.json")
        if compared and in_domain:
            yield _job("fid_extractor", dataset, output=f"data/{dataset}/fid_extractor.safetensors")
        if compared:
            yield _job("fid_reference", dataset, output=f"data/{dataset}/fid_reference.csv")
        if dataset not in retrained:
            yield _job("interpolate_reference", dataset, output=f"data/{dataset}/interpolate_reference.csv")
    yield _job("linear_rank", output="linear_rank/metrics.csv")
    for run in every_run(plan):
        yield from _of_run(run)


def gather_jobs(plan: dict[str, Any], results: Path) -> pd.DataFrame:
    """Return what each of `measuring` cost: wall seconds, peak memory in MiB.

    Missing where there is no benchmark file or no number in it (a job too short to be looked at). A job that
    was stopped and went on later counts from then only.
    """
    rows = [(*job[:4], *read_benchmark(results / job.benchmark)) for job in measuring(plan)]
    return pd.DataFrame(rows, columns=COLUMNS)


def read_benchmark(path: Path) -> list[float]:
    """Return wall seconds and peak memory (MiB) from a benchmark file; NaN for what it lacks."""
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    found = dict(zip(lines[0].split("\t"), lines[-1].split("\t"), strict=False)) if lines else {}
    return [_number(found.get(name, "")) for name in MEASURES]


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:  # "NA" or "-"
        return math.nan


def _of_run(run: dict[str, Any]) -> Iterator[Job]:
    names = (run["dataset"], run["variant"], Path(run["path"]).name)
    if run["model"] != "supervised":
        yield _job("train", *names, output=f"{run['path']}/provenance.json")
    for step in run["metrics"]:
        yield _job(step, *names, output=f"{run['path']}/metrics/{step}.csv")


def _images(plan: dict[str, Any]) -> Iterator[Job]:
    """Yield the jobs that make images for figures alone, once for figures that share them."""
    first = {(run["dataset"], run["variant"]): run["path"] for run in reversed(plan["runs"])}
    shown = {
        (panel["dataset"], variant)
        for figure in plan["figures"].values()
        if figure["kind"] == "pca_grid"
        for panel in figure["panels"]
        for variant in panel["variants"]
    }
    for dataset, variant in sorted(shown):
        path = first[dataset, variant]
        yield _job("pca_grid", dataset, variant, Path(path).name, output=f"{path}/images/pca_grid.npy")


def _job(rule: str, dataset: str = "", variant: str = "", seeds: str = "", *, output: str) -> Job:
    names = [name for name in (rule, dataset, variant, seeds) if name]
    return Job(rule, dataset, variant, seeds, output, f"benchmarks/{'/'.join(names)}.tsv")
