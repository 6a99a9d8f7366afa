"""What the rules share: the checked config, the plan, and the functions that name inputs and settings."""

import json
import re
from shlex import quote

from snakemake.common.configfile import load_configfile

from workflow import alternatives, captions
from workflow import plan as planning
from workflow import sources as source
from workflow.alternatives import SUPERVISED
from workflow.check import problems
from workflow.runs import label

SCHEMA = load_configfile(ROOT / "workflow/schemas/config.schema.yaml")
CONFIG = planning.typed(config)
if mistakes := problems(CONFIG, SCHEMA, ROOT):
    raise WorkflowError("\n".join(mistakes))

PLAN = planning.make_plan(CONFIG)
# A study's point may be a row's run: the row's comes last and counts.
RUNS = {run["path"]: run for run in PLAN["studied"] + PLAN["retrained"] + PLAN["runs"]}
DATASETS = list(dict.fromkeys([*CONFIG["datasets"], *(run["dataset"] for run in PLAN["retrained"])]))
OUT = planning.results_root(CONFIG["preset"])
DATA = [
    f"{OUT}/data/{{dataset}}/{name}"
    for name in ("data.json", "train.npy", "train_labels.npy", "test.npy", "test_labels.npy")
]
GPU = int(CONFIG["device"] == "cuda")
# Inception's 2048 features ask for products worth several threads, the in-domain extractor's 64 do not.
FID_THREADS = 4 if CONFIG["fid"]["extractor"] == "inception" else 1
# The longest jobs first, so that none of them is left to the end with nothing beside it.
LONG = 1

# glibc returns large blocks to the system at once and asks for them anew in the next training step; told to keep them, small
# networks train a third faster on a CPU (measured: 79 against 52 ms a step for quick's MNIST networks).
KEEP_MEMORY = "MALLOC_MMAP_THRESHOLD_=1073741824 MALLOC_TRIM_THRESHOLD_=1073741824"

# Snakemake keeps the host's PYTHONPATH out of a conda environment, this the packages of `pip install --user`.
NO_USER_PACKAGES = "PYTHONNOUSERSITE=1" if CONDA else ""

# `python -m bench.x` finds the package from any folder. Here and not in the rules: Snakemake records those, and
# a path of this machine among them would rerun everything on another one. The shell's parent is this Snakemake, or the one
# that a cluster's job starts: when it is killed, its jobs end (bench/job/command.py).
EXPORTED = f"{KEEP_MEMORY} {NO_USER_PACKAGES} PYTHONPATH={quote(workflow.basedir)} BENCH_WORKFLOW=$PPID"
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
    name="|".join(PLAN["figures"]),


def sources(*paths):
    """Return bench/ files and those they import, as inputs: Snakemake does not see what a module imports."""
    return [ROOT / path for path in source.closure(ROOT, *paths)]


def dataset_sources(*paths):
    """Return the input function for a rule that also runs its data set's file."""

    def files(wildcards):
        return sources(*paths, f"bench/datasets/{dataset_name(wildcards)}.py")

    return files


def model_sources(*paths):
    """Return the input function for a rule that also runs the file of its variant's model."""

    def files(wildcards):
        return sources(*paths, f"bench/models/{run_of(wildcards)['model']}.py")

    return files


def run_of(wildcards):
    return RUNS[f"runs/{wildcards.dataset}/{wildcards.variant}/{wildcards.seeds}"]


def section(name, **more):
    """Return a section of the config, and settings from elsewhere, as JSON; where it applies is the plan's business."""
    own = {key: value for key, value in CONFIG[name].items() if key != "datasets"}
    return planning.text({**own, **more})


def data_folder(wildcards):
    return f"{OUT}/data/{wildcards.dataset}"


def dataset_name(wildcards):
    return alternatives.base(wildcards.dataset)


def data_options(wildcards):
    return planning.text(alternatives.data_settings(wildcards.dataset, CONFIG))


def data_root(wildcards, output):
    """Return where raw data lie. It takes `output` because Snakemake does not record such a parameter: moving
    the raw data reruns nothing.
    """
    return CONFIG["data_root"]


def training_threads(wildcards):
    """Return 4 for networks as wide as CelebA's: narrower ones do more in jobs of one thread side by side."""
    architecture = alternatives.data_settings(wildcards.dataset, CONFIG)["architecture"]
    return 4 if max(architecture.get("encoder", [0])) >= 512 else 1


def components(wildcards):
    return alternatives.data_settings(wildcards.dataset, CONFIG)["components"]


def reevaluation(wildcards):
    return planning.text(alternatives.reevaluation(wildcards.dataset, wildcards.variant, CONFIG))


def image_shape(record):
    return json.dumps(json.load(record)["shape"])


def spec_fields(wildcards):
    return planning.text(planning.spec(run_of(wildcards)))[1:-1]


def checkpoint_folder(wildcards):
    return f"{OUT}/checkpoints/{wildcards.dataset}/{wildcards.variant}/{wildcards.seeds}"


def fid_extractor(wildcards):
    if CONFIG["fid"]["extractor"] == "inception":
        return f"{OUT}/data/inception.pth"
    return f"{OUT}/data/{wildcards.dataset}/fid_extractor.safetensors"


def metric_files(wildcards):
    """Return every table of numbers: the runs' and, per data set, the reference images' own."""
    files = [f"{OUT}/{run['path']}/metrics/{name}.csv" for run in RUNS.values() for name in run["metrics"]]
    steps = ("fid_reference", "interpolate_reference")
    return files + [f"{OUT}/data/{dataset}/{step}.csv" for dataset in CONFIG["datasets"] for step in steps]


def training_files(wildcards):
    trained = [path for path, run in RUNS.items() if run["variant"] != SUPERVISED]
    return [f"{OUT}/{path}/{name}" for path in trained for name in ("history.csv", "provenance.json")]


def data_records():
    return [f"{OUT}/data/{dataset}/data.json" for dataset in DATASETS]


def figure_labels(wildcards):
    return captions.figure_labels(wildcards.name, PLAN["figures"][wildcards.name])


def reported(name):
    """Return the output tables/NAME.csv, to be shown in the workflow's report."""
    labels = captions.table_labels(name)
    return report(f"{OUT}/tables/{name}.csv", caption="../report/table.rst", category="Numbers", labels=labels)


def figure_table(wildcards):
    kind = PLAN["figures"][wildcards.name]["kind"]
    return f"{OUT}/{planning.TABLES.get(kind, 'tables/metrics.csv')}"


def figure_records(wildcards):
    return [] if PLAN["figures"][wildcards.name]["kind"] in planning.WITHOUT_DATA else data_records()


def figure_images(wildcards):
    return [f"{OUT}/{path}" for path in planning.figure_images(PLAN, wildcards.name)]


def figure_files():
    return [f"{OUT}/figures/figure_{name}.{kind}" for name in PLAN["figures"] for kind in ("png", "pdf")]
