"""The suite: `snakemake --cores all` runs the paper preset, `--config preset=quick` another one of config/."""

from snakemake.utils import min_version

min_version("9.19")  # before what older ones do not know; the first with workflow profiles named config.yaml

import os
import shutil
import sys
from pathlib import Path

from snakemake.exceptions import WorkflowError
from snakemake.settings.types import DeploymentMethod

sys.path.insert(0, workflow.basedir)  # before another package called workflow

from workflow.check import unknown
from workflow.events import Events
from workflow.jobs import equip
from workflow.lock import lock_folder
from workflow.configs import presets
from workflow.plan import PAPER
from workflow.machine import Machine
from workflow.totals import refusal, sharing
from workflow.view import View

CONDA = DeploymentMethod.CONDA in workflow.deployment_settings.deployment_method
if CONDA and not shutil.which("conda"):
    raise WorkflowError(
        "--use-conda: there is no conda on PATH. Install it (24.7.1 or newer), or do without: `make paper`, or "
        "`uv venv && source .venv/bin/activate && uv pip install -r requirements.lock` (or python -m venv and pip) "
        "and then snakemake without --use-conda."
    )

# Relative, so that no recorded path changes when the repository moves.
ROOT = Path(os.path.relpath(workflow.basedir))


report: "workflow/report/workflow.rst"


configfile: ROOT / "config/config.yaml"
configfile: ROOT / "config/claims.yaml"


# Later files win, and the command line wins over them all.
if config["preset"] != PAPER:
    if config["preset"] not in presets(ROOT / "config"):
        raise WorkflowError(unknown("preset", "preset", config["preset"], presets(ROOT / "config")))

    configfile: presets(ROOT / "config")[config["preset"]]


include: "workflow/rules/common.smk"
include: "workflow/rules/inputs.smk"
include: "workflow/rules/settings.smk"
include: "workflow/rules/data.smk"
include: "workflow/rules/train.smk"
include: "workflow/rules/evaluate.smk"
include: "workflow/rules/linear.smk"
include: "workflow/rules/report.smk"


# For those who watch.
EVENTS, VIEW = Events(Path(OUT)), View(Path(OUT), ROOT)


# Only where jobs are about to run: not in a dry-run, and not in the Snakemakes that a cluster's jobs start.
onstart:
    lock_folder(Path(".snakemake/one-at-a-time"))
    EVENTS.begin()
    VIEW.open()


onsuccess:
    EVENTS.write(suite="done")
    VIEW.close()


onerror:
    EVENTS.write(suite="failed")
    VIEW.close()


localrules:
    all,
    sensitivity,
    plan,
    aggregate,
    judge,
    figure,
    tables,
    index,
    check,
    front_page,


rule all:
    default_target: True
    input:
        "<results>/tables.md",
        "<results>/index.html",
        "results/tables.md",
        figures(),
        "<results>/tables/check.csv",


# What all rules of jobs share stands there once.
equip(workflow.rules, CONFIG)


# On a cluster there is no total; its profile says so with this scope.
if workflow.is_main_process and workflow.resource_scopes.get("gpu") != "local":
    if "gpu" not in workflow.global_resources:
        memories = [mib for _, mib, _ in Machine(ROOT).gpus] if CONFIG["device"] == "cuda" else []
        workflow.register_resource("gpu", sharing(memories, os.environ.get("CUDA_VISIBLE_DEVICES")))
    asked = {rule.name: rule.resources["gpu"].value for rule in workflow.rules if "gpu" in rule.resources}
    if message := refusal("gpu", asked, workflow.global_resources.get("gpu").value):
        raise WorkflowError(message)
