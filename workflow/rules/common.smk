"""What the rules share: the checked config, the plan, and the functions that name inputs and settings."""

import re
from shlex import quote

from snakemake.common.configfile import load_configfile

from workflow import alternatives, captions, jobs, priorities
from workflow import plan as planning
from workflow import so_far as unfinished
from workflow import sources as source
from workflow.alternatives import SUPERVISED
from workflow.check import problems
from workflow.configs import mistakes
from workflow.jobs import every_run
from workflow.plan import as_json, specification
from workflow.runs import ENCODED, label

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

# `python -m bench.job` finds the package from any folder, before what the caller's PYTHONPATH has, which is not for the Python of
# a conda environment. Here and not in the rules: Snakemake records those, and a path of this machine among them would rerun everything on another one. The shell's parent is
# this Snakemake, or the one that a cluster's job starts: when it is killed, its jobs end (bench/job/command.py).
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


def code(*modules):
    """Return bench/ files, given without folder and suffix, and those they import, as inputs: Snakemake does not see what
    a module imports. Without bench/job/, which cannot change a number.
    """
    return [ROOT / path for path in source.closure(ROOT, *(f"bench/{module}.py" for module in modules))]


def dataset_code(*modules):
    """Return the input function for a rule that also runs its data set's file."""

    def files(wildcards):
        return code(*modules, f"datasets/{dataset_name(wildcards)}")

    return files


def model_code(*modules):
    """Return the input function for a rule that also runs the file of its variant's model."""

    def files(wildcards):
        return code(*modules, f"models/{run_of(wildcards)['model']}")

    return files


def encode_code(wildcards):
    """Return the code that encodes: it also takes measures."""
    measures = [f"measures/{name}" for name in ENCODED]
    return code("encode", *measures, f"models/{run_of(wildcards)['model']}")


def generate_code(wildcards):
    """Return the code that generates: where it scores interpolations, it asks the data set's file."""
    return code("generate", f"models/{run_of(wildcards)['model']}", f"datasets/{dataset_name(wildcards)}")


def measure_code(wildcards):
    """Return the code of an added measure, which may ask the data set's file too."""
    own = [f"measures/{wildcards.measure}", f"models/{run_of(wildcards)['model']}"]
    return code("measure", *own, f"datasets/{dataset_name(wildcards)}")


def run_of(wildcards):
    return RUNS[f"runs/{wildcards.dataset}/{wildcards.variant}/{wildcards.seeds}"]


def importance(wildcards):
    """Return the priority of a run's evaluation."""
    return PRIORITIES[run_of(wildcards)["path"]]


def training_importance(wildcards):
    """Return the priority of a training, which comes before the evaluations of its kind."""
    return importance(wildcards) + 1


def data_importance(wildcards):
    """Return the priority of what all runs of a data set need: that of the most important of them."""
    return 2 * (priorities.PAPERS + priorities.of_data(wildcards.dataset, PLAN)) + 1


def section(name):
    """Return a section of the config without the data sets it applies to, which are the plan's business."""
    return {key: value for key, value in CONFIG[name].items() if key != "datasets"}


def fetch_settings(wildcards):
    options = alternatives.data_settings(wildcards.dataset, CONFIG)
    return as_json({"dataset": dataset_name(wildcards), "options": options})


def train_settings(wildcards):
    run = run_of(wildcards)
    usual = CONFIG["training"] | alternatives.data_settings(wildcards.dataset, CONFIG).get("training", {})
    looks = CONFIG["trajectory"] | {key: usual[key] for key in ("epochs", "batch")} | CONFIG["measures"]["spectrum"]
    kept = f"{OUT}/checkpoints/{run['path'].removeprefix('runs/')}"
    return as_json({"spec": specification(run), "trajectory": looks, "checkpoint": kept})


def encode_settings(wildcards):
    run, pictures = run_of(wildcards), {name: CONFIG[name] for name in ("interpolate", "pca_grid")}
    return as_json({"spec": specification(run), "measures": run["measures"], **pictures})


def measure_settings(wildcards):
    own = {"measure": wildcards.measure, "options": CONFIG["measures"][wildcards.measure]}
    return as_json({"spec": specification(run_of(wildcards)), **own})


def classify_settings(wildcards):
    return as_json({"spec": specification(run_of(wildcards)), "settings": section("classify")})


def generate_settings(wildcards):
    components = alternatives.data_settings(wildcards.dataset, CONFIG)["components"]
    density = {"components": components, "sample": section("sample")}
    return as_json({"spec": specification(run_of(wildcards)), **density, **compared(), **scored()})


def reevaluate_settings(wildcards):
    own = alternatives.reevaluation(wildcards.dataset, wildcards.variant, CONFIG)
    return as_json({"spec": specification(run_of(wildcards)), "settings": own, **compared()})


def compared():
    """Return what samples are held against: the features' network, and the split of real images."""
    return {"extractor": CONFIG["fid"]["extractor"], "against": CONFIG["fid"]["reference"]}


def reference_settings():
    return as_json({**compared(), **scored(), "count": CONFIG["sample"]["count"]})


def scored():
    """Return how many pairs' interpolations are scored."""
    return {"pairs": CONFIG["fid"]["pairs"]}


def dataset_name(wildcards):
    return alternatives.base(wildcards.dataset)


def training_threads(wildcards):
    """Return 4 for networks as wide as CelebA's: narrower ones do more in jobs of one thread side by side."""
    architecture = alternatives.data_settings(wildcards.dataset, CONFIG)["architecture"]
    return 4 if max(architecture.get("encoder", [0])) >= 512 else 1


def fid_extractor(wildcards):
    if CONFIG["fid"]["extractor"] == "inception":
        return f"{OUT}/data/inception.pth"
    return f"{OUT}/data/{wildcards.dataset}/fid_extractor.safetensors"


def metric_files(wildcards):
    """Return every table of numbers: the runs' and, per data set, the reference images' own."""
    files = [f"{OUT}/{run['path']}/metrics/{name}.csv" for run in RUNS.values() for name in run["metrics"]]
    return files + [f"{OUT}/data/{dataset}/reference.csv" for dataset in CONFIG["datasets"]]


def training_files(wildcards):
    trained = [path for path, run in RUNS.items() if run["variant"] != SUPERVISED]
    return [f"{OUT}/{path}/{name}" for path in trained for name in ("history.csv", "trajectory.csv", "provenance.json")]


def data_records():
    return [f"{OUT}/data/{dataset}/data.json" for dataset in DATASETS]


def index_settings():
    return as_json({"names": list(PAGES), "preset": CONFIG["preset"]})


def others():
    """Return what the presets that have run left for the front page, but this one."""
    names = ("front.json", "tables/check.csv", "linear_rank/summary.csv")
    left = (path for name in names for path in Path("results").glob(f"*/{name}"))
    return sorted(str(path) for path in left if not path.is_relative_to(OUT))


def figure_files(name):
    """Return a figure as an image, to be shown in the workflow's report, and as a PDF."""
    labels = captions.figure_labels(name, PLAN["figures"][name])
    png = f"{OUT}/figures/figure_{name}.png"
    return [report(png, caption="../report/figure.rst", category="Figures", labels=labels), png.replace(".png", ".pdf")]


def reported(name):
    """Return the output tables/NAME.csv, to be shown in the workflow's report."""
    labels = captions.table_labels(name)
    return report(f"{OUT}/tables/{name}.csv", caption="../report/table.rst", category="Numbers", labels=labels)


def figure_images():
    """Return the images that figures show."""
    images = (f"{OUT}/{path}" for name in PLAN["figures"] for path in planning.figure_images(PLAN, name))
    return list(dict.fromkeys(images))


def whole_plan(wildcards):
    """Return the plan with its jobs, which are known once all rules are."""
    rules = {each.name: each for each in workflow.rules}
    return as_json({**PLAN, "jobs": list(jobs.jobs(PLAN, rules, OUT))})


def figures():
    return [f"{OUT}/figures/figure_{name}.{kind}" for name in PLAN["figures"] for kind in ("png", "pdf")]
