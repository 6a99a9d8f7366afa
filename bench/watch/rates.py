"""How fast finished jobs were, and what others take at that; in: results folders, out: seconds by job.

The work of a training is its operations (bench/engine/operations.py), counted and not timed, that of any other job its
seeds. All finished jobs of a kind together give the seconds per unit of work: trainings of one family of networks,
other jobs of one rule on one data set or, where none of these has run, on any. So a job is taken to do as much work per
seed as those measured: with rates from a smaller preset it comes out too low.
"""

import json
from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from bench.engine.operations import training_operations
from bench.records.costs import read_benchmark
from bench.records.files import read_json
from bench.records.plan import Job, every_job, every_run
from bench.records.spec import PLANNED, spec_of

Kind = tuple[str, str]  # a rule, and a data set or family of networks
ANY = ""  # in place of a data set
Sizes = dict[str, tuple[tuple[int, ...], int]]  # shape and number of the training images by data set


class Work(NamedTuple):
    """How much a job has to do, None where that is unknown, and the kinds it is of, the narrowest first."""

    amount: int | None
    kinds: tuple[Kind, ...]


def read_rates(plan: dict[str, Any], folder: Path) -> dict[Kind, float]:
    """Return the seconds per unit of work of every kind of which a job is finished."""
    seconds, amounts = defaultdict(float), defaultdict(int)
    for job, work in works(plan, folder).items():
        took = _seconds(job, folder)
        if work.amount and took >= 0:  # not where it is missing (NaN)
            for kind in {*work.kinds}:
                seconds[kind] += took
                amounts[kind] += work.amount
    return {kind: seconds[kind] / amounts[kind] for kind in seconds}


def predicted(plan: dict[str, Any], rates: dict[Kind, float], *folders: Path) -> dict[Job, float | None]:
    """Return the seconds of every job of a plan at these rates, None where they are unknown.

    Of a training the images have to be in one of the results folders, for their shape.
    """
    costs: dict[Job, float | None] = {}
    for job, (amount, kinds) in works(plan, *folders).items():
        rate = next((rates[kind] for kind in kinds if kind in rates), None if amount else 0.0)
        costs[job] = None if amount is None or rate is None else rate * amount
    return costs


def works(plan: dict[str, Any], *folders: Path) -> dict[Job, Work]:
    """Return the work of every job of a plan."""
    runs, sizes = {run["path"]: run for run in every_run(plan)}, image_sizes(plan, *folders)
    jobs = {}
    for job in every_job(plan):
        dataset, seeds = _base(job.value("dataset")), job.value("seeds")
        jobs[job] = Work(seeds_in(seeds), ((job.rule, dataset), (job.rule, ANY)))
        if job.rule == "train":
            run = runs[job.run]
            jobs[job] = Work(run_operations(run, sizes), ((job.rule, run["architecture"]["family"]),))
    return jobs


def image_sizes(plan: dict[str, Any], *folders: Path) -> Sizes:
    """Return the size of each data set of the plan that a folder has; of the number of images the config may decide."""
    sizes = {}
    for dataset in {run["dataset"] for run in every_run(plan)}:
        records = [path for folder in folders if (path := folder / "data" / dataset / "data.json").exists()]
        if records:
            record, settings = read_json(records[0]), plan["config"]["data"][_base(dataset)]
            sizes[dataset] = tuple(record["shape"]), settings.get("train", record["counts"]["train"])
    return sizes


def run_operations(run: dict[str, Any], sizes: Sizes) -> int | None:
    """Return the operations of a run's training, all seeds; None if the size of its images is not known."""
    if run["dataset"] not in sizes:
        return None
    shape, images = sizes[run["dataset"]]
    network = json.dumps({key: run[key] for key in PLANNED} | {"shape": shape, "seeds": [0]})
    batch, epochs = run["training"]["batch"], run["training"]["epochs"]
    seen = images // batch * batch * epochs  # an incomplete last batch is left out
    return _per_image(network) * seen * len(run["seeds"])


def seeds_in(label: str) -> int:
    """Return how many seeds a job's label names: `0-4` is five; a job without one counts as one."""
    first, _, last = label.partition("-")
    return int(last) - int(first) + 1 if last else 1


@cache  # runs that differ in their seeds alone share it
def _per_image(network: str) -> int:
    fields = json.loads(network)
    return training_operations(spec_of(fields, fields))


def _seconds(job: Job, folder: Path) -> float:
    """Return how long a job took, a training its steps alone; NaN if that is not known."""
    if job.rule != "train":
        return read_benchmark(folder / job.benchmark)[0]
    provenance = folder / job.run / "provenance.json"
    return read_json(provenance)["wall_seconds"] if provenance.exists() else float("nan")


def _base(dataset: str) -> str:
    return dataset.split("@")[0]
