"""An unfinished run's plan: of the config and the files that are there, what is complete; without new jobs."""

import os
from pathlib import Path
from typing import Any

from workflow.alternatives import SUPERVISED
from workflow.plan import make_plan

ASKED = "BENCH_SO_FAR"  # set in the environment, tables are made of what there is (workflow/run.sh)
TRAINED = ("history.csv", "trajectory.csv", "provenance.json")
OF_DATA = ("data.json", "reference.csv")


def asked() -> bool:
    """Tell whether tables of what there is are wanted, and no more."""
    return ASKED in os.environ


def so_far(plan: dict[str, Any], root: Path) -> dict[str, Any]:
    """Return the plan of what is complete below the results folder `root`. Raises LookupError if nothing is."""
    config = plan["config"]
    complete = [run for run in plan["runs"] if _complete(run, root)]
    known = {run["dataset"] for run in complete if run["variant"] != SUPERVISED}
    datasets = [name for name in config["datasets"] if name in known and _there(root / "data" / name, OF_DATA)]
    if not datasets:
        raise LookupError("nothing is complete yet, so there are no tables; the same command goes on")
    part = make_plan(config | {"datasets": datasets})
    runs = {name: [run for run in part[name] if _complete(run, root)] for name in ("runs", "retrained", "studied")}
    ran = {(run["dataset"], run["variant"]) for run in runs["runs"]}
    figures = {name: figure | {"panels": _panels(figure, ran)} for name, figure in part["figures"].items()}
    return part | runs | {"figures": figures, "unfinished": f"{len(runs['runs'])} of {len(plan['runs'])} runs"}


def _complete(run: dict[str, Any], root: Path) -> bool:
    """Tell whether a run has every file that the tables are made of."""
    files = [f"metrics/{step}.csv" for step in run["metrics"]]
    return _there(root / run["path"], [*files, *(() if run["model"] == SUPERVISED else TRAINED)])


def _there(folder: Path, files: Any) -> bool:
    return all((folder / name).is_file() for name in files)


def _panels(figure: dict[str, Any], ran: set[tuple[str, str]]) -> list[dict[str, Any]]:
    """Return a figure's panels with the variants that ran."""
    return [
        panel | {"variants": [name for name in panel["variants"] if (panel["dataset"], name) in ran]}
        for panel in figure["panels"]
    ]
