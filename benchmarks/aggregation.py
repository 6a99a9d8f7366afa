"""How long a million measured numbers take to become tables.md: rules `aggregate` and `tables`."""

import importlib
import sys
import tempfile
from functools import partial
from pathlib import Path
from typing import Any

import torch

from bench import aggregate, judge, linear_rank, tables
from bench.job.source import REPOSITORY
from bench.records.files import write_json, write_rows
from benchmarks.side_by_side import Line, seconds
from workflow.plan import make_plan

sys.path.append(str(REPOSITORY / "tests"))
configs, numbers, runs = (importlib.import_module(f"synthetic_{part}") for part in ("config", "values", "runs"))

VARIANTS, SEEDS = 500, 20
PER_SEED = 100  # numbers of a variant's seed
SECONDS = 10.0  # what somebody waits who has changed a table


def measure(device: torch.device) -> list[Line]:
    """Return the wall time of both rules on made-up numbers; that of rule `judge` between them is in the detail."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_numbers(folder)
        plan, kept = folder / "plan.json", {"paper": REPOSITORY / "config/paper.csv", "tables": folder / "tables"}
        pages = {"pages": folder, "front": folder / "front.json"}
        steps = {
            "aggregate": partial(aggregate.main, plan=plan, tables=folder / "tables"),
            "judge": partial(judge.main, plan=plan, **kept),
            "tables": partial(tables.main, plan=plan, **kept, **pages),
        }
        taken = {step: seconds(call, device) for step, call in steps.items()}
    detail = {f"{step} seconds": round(value, 3) for step, value in taken.items()}
    total = taken["aggregate"] + taken["tables"]
    return [Line(f"{VARIANTS * SEEDS * PER_SEED:,} numbers to tables.md", "", total, "s", SECONDS, detail)]


def write_numbers(folder: Path) -> None:
    """Write the plan of a large study and everything that aggregate reads of it."""
    config = configs.config()
    plan = make_plan(
        config
        | {"variants": {f"irmae-{i}": {"model": "irmae", "depth": 1 + i} for i in range(VARIANTS)}}
        | {"seeds": list(range(SEEDS)), "seeds_per_job": SEEDS, "datasets": ["mnist5k"], "figures": {}}
        | {"sensitivity": config["sensitivity"] | {"retrain": []}}
    )
    write_json(folder / "plan.json", plan | {"jobs": []})  # what they cost is no number of these
    runs.write_data(folder / "data/mnist5k", "mnist5k")
    linear_rank.main(settings=config["linear_rank"], seeds=[0], results=folder / "linear_rank")
    for run in plan["runs"]:
        write_metrics(folder / run["path"] / "metrics", run)
        runs.write_run(folder, run | {"metrics": []})


def write_metrics(folder: Path, run: dict[str, Any]) -> None:
    """Write a run's numbers, those of an autoencoder's seed filled up to `PER_SEED` with singular values."""
    values = {seed: numbers.values(run, seed) for seed in run["seeds"]}
    own = sum(len(values[run["seeds"][0]][step]) for step in run["metrics"])
    more = {f"singular_value:{configs.LATENT + i}": 1 / (3 + i) for i in range(PER_SEED - own)}
    for step in run["metrics"]:
        added = more if step == "encode" else {}
        rows = [(seed, name, value) for seed in run["seeds"] for name, value in (values[seed][step] | added).items()]
        write_rows(folder / f"{step}.csv", rows, {"step": step})
