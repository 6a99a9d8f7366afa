"""The plan: what the config asks for; in: plan.json of a results folder, out: its runs and its jobs.

The workflow writes every job that it has into the plan (workflow/rules): who wants to know the jobs, reads them here.
"""

from pathlib import Path
from typing import Any, NamedTuple

from bench.job.command import Stop
from bench.records.files import read_json


class Job(NamedTuple):
    """A job of the workflow; paths are relative to the results folder."""

    rule: str
    wildcards: tuple[tuple[str, str], ...]  # names and values, sorted
    outputs: tuple[str, ...]
    log: str
    benchmark: str  # where Snakemake keeps what it cost
    gpu: bool  # whether it holds a GPU

    @property
    def name(self) -> str:
        """How its log is called: the rule and the wildcards' values, such as `train shapes/ae/0-2`."""
        return self.log.removeprefix("logs/").removesuffix(".log").replace("/", " ", 1)

    @property
    def run(self) -> str:
        """The path of the run it is of."""
        return "/".join(["runs", *map(self.value, ("dataset", "variant", "seeds"))])

    def value(self, wildcard: str) -> str:
        """Return the value of a wildcard, empty if the rule has none of this name."""
        return dict(self.wildcards).get(wildcard, "")


def read_plan(folder: Path) -> dict[str, Any]:
    """Return a results folder's plan.json, or stop if it has none of this version."""
    path = folder / "plan.json"
    if not path.is_file():
        raise Stop(f"{path} is missing: `snakemake --cores 1 plan` writes it (with --config preset=NAME as in the run)")
    plan = read_json(path)
    if "jobs" not in plan:
        raise Stop(f"{path} is of another version of this suite: run `snakemake --cores 1 plan` again")
    return plan


def every_job(plan: dict[str, Any]) -> list[Job]:
    """Return every job of a plan but those that write the plan and that ask for everything."""
    return [
        Job(**job | {"wildcards": tuple(sorted(job["wildcards"].items())), "outputs": tuple(job["outputs"])})
        for job in plan["jobs"]
    ]


def every_run(plan: dict[str, Any]) -> list[dict[str, Any]]:
    """Return every run of a plan once: those of rows, those trained again, the points of studies that are neither."""
    runs: dict[str, dict[str, Any]] = {}
    for run in plan["runs"] + plan["retrained"] + plan["studied"]:
        runs.setdefault(run["path"], run)
    return [*runs.values()]
