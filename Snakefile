"""The suite: `snakemake --cores all` runs the paper preset, `--config preset=quick` another one of config/."""

import os
from pathlib import Path

from snakemake.exceptions import WorkflowError
from snakemake.utils import min_version

from workflow.check import unknown
from workflow.mark import mark
from workflow.plan import PAPER, presets

min_version("9.19")  # workflow profiles named profile.yaml

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
include: "workflow/rules/data.smk"
include: "workflow/rules/train.smk"
include: "workflow/rules/evaluate.smk"
include: "workflow/rules/sample.smk"
include: "workflow/rules/fid.smk"
include: "workflow/rules/sensitivity.smk"
include: "workflow/rules/linear.smk"
include: "workflow/rules/report.smk"


# For those who watch (bench/status.py).
onstart:
    mark(Path(OUT), "running")


onsuccess:
    mark(Path(OUT), "done")


onerror:
    mark(Path(OUT), "failed")


localrules:
    all,
    sensitivity,
    plan,
    spec,


rule all:
    default_target: True
    input:
        "<results>/tables.md",
        "<results>/tables.html",
        figure_files(),
        "<results>/tables/check.csv",


# A target, for those who want this alone; tables.md opens with it.
rule sensitivity:
    input:
        "<results>/tables/sensitivity.csv",
