"""What rules read, code included, and the files that the report shows."""

from workflow import captions
from workflow import sources as source
from workflow.alternatives import SUPERVISED
from workflow.runs import ENCODED


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


def figures():
    return [f"{OUT}/figures/figure_{name}.{kind}" for name in PLAN["figures"] for kind in ("png", "pdf")]
