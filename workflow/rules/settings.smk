"""What rules are told: `params.settings`, as JSON."""

from workflow import jobs
from workflow.plan import specification


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


def index_settings():
    return as_json({"names": list(PAGES), "preset": CONFIG["preset"]})


def whole_plan(wildcards):
    """Return the plan with its jobs, which are known once all rules are."""
    rules = {each.name: each for each in workflow.rules}
    return as_json({**PLAN, "jobs": list(jobs.jobs(PLAN, rules, OUT))})
