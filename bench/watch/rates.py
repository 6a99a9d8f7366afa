"""How fast finished jobs were; in: a results folder, out: rates that predict other jobs of their rules.

Training is predicted from its operations (bench/engine/operations.py): their number is counted, and the rate is the
median over the trained runs whose networks are of the same family. Every other rule is predicted from the mean seconds
that its jobs took per seed, on the same data set if there are any. That assumes that a job does as much work per seed
as those measured: with rates from a smaller preset it comes out too low.
"""

import json
import statistics
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from bench.engine.operations import training_operations
from bench.job.command import Stop
from bench.records.files import read_json
from bench.records.jobs import Job, every_run, jobs, read_benchmark
from bench.records.spec import Spec, Training

# Shape and number of the training images before they are fetched; None: the config says how many.
SIZES = {
    "shapes": ((3, 32, 32), None),
    "mnist5k": ((1, 32, 32), None),
    "mnist": ((1, 32, 32), 60_000),
    "fashion_mnist": ((1, 32, 32), 60_000),
    "celeba": ((3, 64, 64), 162_770),
    "gaussian2d": ((1, 64, 64), None),
    "linear": ((1, 32, 32), None),
}
ANY = ""  # in place of a data set


@dataclass(frozen=True)
class Rates:
    """Operations per second by family of networks, seconds per seed by rule and data set (or `ANY`), devices' names."""

    operations: dict[str, float]
    seconds: dict[tuple[str, str], float]
    devices: list[str]

    def training(self, run: dict[str, Any], operations: int | None) -> float | None:
        """Return the seconds of a run's training steps, or None if nothing like it was measured."""
        family = run["architecture"]["family"]
        if operations == 0:
            return 0.0
        return operations / self.operations[family] if operations and family in self.operations else None

    def job(self, job: Job) -> float | None:
        """Return the seconds of a job that is no training, or None if its rule was not measured."""
        per_seed = self.seconds.get((job.rule, _base(job.dataset)), self.seconds.get((job.rule, ANY)))
        return None if per_seed is None else per_seed * seeds_in(job.seeds)


def read_plan(folder: Path) -> dict[str, Any]:
    """Return a results folder's plan.json, or stop if it has none of this version."""
    path = folder / "plan.json"
    if not path.is_file():
        raise Stop(f"{path} is missing: `snakemake --cores 1 plan` writes it (with --config preset=NAME as in the run)")
    plan = read_json(path)
    if not all("training" in run for run in plan["runs"]):
        raise Stop(f"{path} is of another version of this suite: run `snakemake --cores 1 plan` again")
    return plan


def read_rates(plan: dict[str, Any], folder: Path) -> Rates:
    """Return the rates of the jobs of a plan that are finished."""
    speeds, devices = defaultdict(list), {}
    for run in every_run(plan):
        path = folder / run["path"] / "provenance.json"
        if path.exists():
            record = read_json(path)
            devices[f"{record['device_name']} ({record['device']})"] = True
            if record["wall_seconds"] > 0 and (operations := run_operations(run, plan, folder)):
                speeds[run["architecture"]["family"]].append(operations / record["wall_seconds"])
    return Rates(
        {family: statistics.median(found) for family, found in speeds.items()},
        _seconds_per_seed(plan, folder),
        list(devices),
    )


def run_operations(run: dict[str, Any], plan: dict[str, Any], folder: Path) -> int | None:
    """Return the operations of a run's training, all seeds; None if the size of its images is not known yet."""
    size = _size(run["dataset"], plan, folder)
    if run["model"] == "supervised" or size is None:
        return None
    shape, images = size
    keys = ("dataset", "variant", "model", "options", "latent", "architecture", "training")
    network = {key: run[key] for key in keys}
    batch, epochs = run["training"]["batch"], run["training"]["epochs"]
    seen = images // batch * batch * epochs  # an incomplete last batch is left out
    return _per_image(json.dumps(network | {"shape": shape})) * seen * len(run["seeds"])


def seeds_in(label: str) -> int:
    """Return how many seeds a job's label names: `0-4` is five; a job without one counts as one."""
    first, _, last = label.partition("-")
    return int(last) - int(first) + 1 if last else 1


@cache  # runs that differ in their seeds alone share it
def _per_image(network: str) -> int:
    fields = json.loads(network)
    return training_operations(Spec(**fields | {"training": Training(**fields["training"]), "seeds": (0,)}))


def _seconds_per_seed(plan: dict[str, Any], folder: Path) -> dict[tuple[str, str], float]:
    found = defaultdict(list)
    for job in jobs(plan):
        seconds = read_benchmark(folder / job.benchmark)[0]
        if job.rule != "train" and seconds >= 0:  # not where it is missing (NaN)
            for dataset in {_base(job.dataset), ANY}:
                found[job.rule, dataset].append(seconds / seeds_in(job.seeds))
    return {key: statistics.mean(values) for key, values in found.items()}


def _size(dataset: str, plan: dict[str, Any], folder: Path) -> tuple[tuple[int, ...], int] | None:
    record = folder / "data" / dataset / "data.json"
    if record.exists():
        content = read_json(record)
        return tuple(content["shape"]), content["counts"]["train"]
    shape, images = SIZES.get(_base(dataset), (None, None))
    images = images or plan["config"]["data"][_base(dataset)].get("train")
    return (shape, images) if shape and images else None


def _base(dataset: str) -> str:
    return dataset.split("@")[0]
