"""What the rules share: the checked config, the plan, how jobs are called and what they are worth."""

import re
from shlex import quote

from snakemake.common.configfile import load_configfile

from workflow import alternatives, priorities
from workflow import plan as planning
from workflow import so_far as unfinished
from workflow.check import problems
from workflow.configs import mistakes
from workflow.jobs import every_run
from workflow.plan import as_json
from workflow.runs import label

SCHEMA = load_configfile(ROOT / "workflow/schemas/config.schema.yaml")
CONFIG = planning.typed(config)
if found := [*mistakes(workflow.configfiles)] or problems(CONFIG, SCHEMA, ROOT):
    raise WorkflowError("\n".join(found))

OUT = planning.results_root(CONFIG["preset"])
PLAN = planning.make_plan(CONFIG)
if unfinished.asked():
    try:
        PLAN = unfinished.so_far(PLAN, Path(OUT))
    except LookupError as error:
        raise WorkflowError(str(error))
    CONFIG = PLAN["config"]
PRIORITIES = priorities.of_runs(PLAN)
RUNS = {run["path"]: run for run in every_run(PLAN)}
DATASETS = list(dict.fromkeys([*CONFIG["datasets"], *(run["dataset"] for run in PLAN["retrained"])]))
DATA = [
    f"{OUT}/data/{{dataset}}/{name}"
    for name in ("data.json", "train.npy", "train_labels.npy", "test.npy", "test_labels.npy")
]
CODES = ["<run>/codes/train.npy", "<run>/codes/test.npy"]
GATHERED = ("metrics", "alternatives", "studies", "history", "trajectory", "runs", "jobs")
JUDGED = ("claims", "cells", "sensitivity", "variance", "family", "ranking")
LONG_TABLES = ("table_1", "table_2", "codes", "interpolation", "cost")
PAGES = (
    "tables",
    "figures",
    "claims",
    "protocols",
    "methods",
    "codes",
    "samples",
    "labels",
    "studies",
    "linear_rank",
    "cost",
)
LINEAR = [f"{OUT}/linear_rank/{name}.csv" for name in ("metrics", "trajectories", "summary")]
# Rules that compute on the device ask for it: a GPU, or none.
GPU = int(CONFIG["device"] == "cuda")
# Inception's 2048 features ask for products worth several threads, the in-domain extractor's 64 do not.
FID_THREADS = 4 if CONFIG["fid"]["extractor"] == "inception" else 1

# How every job is called. The words, the log and what else all jobs have come from workflow/jobs.py.
JOB = "python -m bench.job {params.call} --settings {params.settings:q} > {log} 2>&1"

# glibc returns large blocks to the system at once and asks for them anew in the next training step; told to keep them, small
# networks train a third faster on a CPU (measured: 79 against 52 ms a step for quick's MNIST networks).
KEEP_MEMORY = "MALLOC_MMAP_THRESHOLD_=1073741824 MALLOC_TRIM_THRESHOLD_=1073741824"

# Snakemake keeps the host's PYTHONPATH out of a conda environment, this the packages of `pip install --user`.
NO_USER_PACKAGES = "PYTHONNOUSERSITE=1" if CONDA else ""

# Where .venv is not activated, jobs run with this Snakemake's Python and no other; in a conda environment with that one's.
HERE = str(Path(sys.executable).parent)
OWN_PYTHON = "" if CONDA or HERE in os.get_exec_path() else f"PATH={quote(HERE)}:$PATH"

# `python -m bench.job` finds the package from any folder, before what the caller's PYTHONPATH has, which is not for the Python
# of a conda environment. Here and not in the rules: Snakemake records those, and a path of this machine among them would rerun
# everything on another one. The shell's parent is this Snakemake, or the one that a cluster's job starts: when it is killed, its
# jobs end (bench/job/command.py).
THEIRS = "" if CONDA else os.environ.get("PYTHONPATH")
FOUND = quote(":".join(filter(None, [workflow.basedir, THEIRS])))
EXPORTED = f"{KEEP_MEMORY} {NO_USER_PACKAGES} {OWN_PYTHON} PYTHONPATH={FOUND} BENCH_WORKFLOW=$PPID"
shell.prefix(f"set -euo pipefail; export {EXPORTED}; ")


pathvars:
    results=OUT,
    logs=f"{OUT}/logs",
    benchmarks=f"{OUT}/benchmarks",
    data=f"{OUT}/data/{{dataset}}",
    run=f"{OUT}/runs/{{dataset}}/{{variant}}/{{seeds}}",


wildcard_constraints:
    dataset="|".join(DATASETS),
    variant="|".join({re.escape(run["variant"]) for run in RUNS.values()}),
    seeds="|".join({label(run["seeds"]) for run in PLAN["runs"]}),
    measure="|".join(CONFIG["measures"]),


def run_of(wildcards):
    return RUNS[f"runs/{wildcards.dataset}/{wildcards.variant}/{wildcards.seeds}"]


def dataset_name(wildcards):
    return alternatives.base(wildcards.dataset)


def importance(wildcards):
    """Return the priority of a run's evaluation."""
    return PRIORITIES[run_of(wildcards)["path"]]


def training_importance(wildcards):
    """Return the priority of a training, which comes before the evaluations of its kind."""
    return importance(wildcards) + 1


def data_importance(wildcards):
    """Return the priority of what all runs of a data set need: that of the most important of them."""
    return 2 * (priorities.PAPERS + priorities.of_data(wildcards.dataset, PLAN)) + 1


def training_threads(wildcards):
    """Return 4 for networks as wide as CelebA's: narrower ones do more in jobs of one thread side by side."""
    architecture = alternatives.data_settings(wildcards.dataset, CONFIG)["architecture"]
    return 4 if max(architecture.get("encoder", [0])) >= 512 else 1
