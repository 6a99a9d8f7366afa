"""Expanding and checking a config, and reading the source: on small configs and folders made here."""

import copy
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from workflow import configs, plan, sources
from workflow.check import problems
from workflow.studies import studied

REPOSITORY = Path(__file__).resolve().parent.parent
SCHEMA = yaml.safe_load((REPOSITORY / "workflow/schemas/config.schema.yaml").read_text(encoding="utf-8"))
PAPER = {
    key: value
    for name in ("config", "claims")
    for key, value in plan.typed(
        yaml.safe_load((REPOSITORY / f"config/{name}.yaml").read_text(encoding="utf-8"))
    ).items()
}


@pytest.fixture
def config():
    return copy.deepcopy(PAPER)


def write(root, path, content):
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(content, encoding="utf-8")


# Seeds


@pytest.mark.parametrize(
    ("seeds", "size", "labels"),
    [
        ([0, 1, 2, 3, 4], 5, ["0-4"]),
        ([0, 1, 2, 3, 4], 2, ["0-1", "2-3", "4"]),
        ([3], 5, ["3"]),
        ([2, 0, 1], 1, ["0", "1", "2"]),
        ([0, 1, 5, 6], 4, ["0-1", "5-6"]),  # a label must not name seeds that are not in it
    ],
)
def test_seeds_are_cut_into_batches_named_by_first_and_last(seeds, size, labels):
    batches = plan.batches(seeds, size)
    assert [plan.label(batch) for batch in batches] == labels
    assert sorted(seed for batch in batches for seed in batch) == sorted(seeds)


# Runs, figures, specification


def test_a_run_has_its_models_options_and_nothing_else_of_its_variant(config):
    config["datasets"] = ["mnist"]
    config["variants"] = {"x": {"model": "irmae", "depth": 3, "datasets": ["mnist"], "training": {"epochs": 2}}}
    run, supervised = plan.runs(config)
    assert run == {
        "dataset": "mnist",
        "variant": "x",
        "model": "irmae",
        "options": {"depth": 3},
        "seeds": [0, 1, 2, 3, 4],
        "path": "runs/mnist/x/0-4",
        "metrics": ["encode", "classify", "generate"],
        "measures": config["measures"],
        "latent": 128,
        "architecture": config["data"]["mnist"]["architecture"],
        "training": {**config["training"], "epochs": 2},
    }
    assert (supervised["variant"], supervised["metrics"]) == ("supervised", ["supervise"])
    assert run.keys() - plan.specification(run).keys() == {"path", "metrics", "measures"}


def test_an_added_measure_has_a_table_of_its_own_and_leaves_the_codes_alone(config):
    before = {run["path"]: run for run in plan.runs(config)}
    config["measures"]["mine"] = {"depth": 3}
    for run in plan.runs(config):
        assert run["measures"] == before[run["path"]]["measures"]
        more = [] if run["variant"] == "supervised" else ["measure/mine"]
        assert run["metrics"] == before[run["path"]]["metrics"] + more


def test_training_is_the_variants_then_the_data_sets_then_everyones(config):
    config |= {"datasets": ["linear"], "variants": {"x": {"model": "ae", "training": {"epochs": 2}}}}
    config["data"]["linear"]["training"] = {"epochs": 3, "lr": 0.5}
    (run,) = plan.runs(config)
    assert run["training"] == {**config["training"], "epochs": 2, "lr": 0.5}


def test_a_variant_runs_where_it_and_the_config_agree(config):
    config["datasets"] = ["shapes", "mnist"]
    config["variants"] = {
        "everywhere": {"model": "ae"},
        "digits": {"model": "ae", "datasets": ["mnist", "celeba"]},
        "nowhere": {"model": "ae", "datasets": []},
    }
    running = [(run["dataset"], run["variant"]) for run in plan.runs(config)]
    assert running == [
        ("shapes", "everywhere"),
        ("mnist", "everywhere"),
        ("mnist", "digits"),
        ("mnist", "supervised"),
    ]


def test_a_figure_leaves_out_what_does_not_run(config):
    config["datasets"] = ["shapes", "mnist"]
    config["variants"]["vae"]["datasets"] = []
    figure = plan.make_plan(config)["figures"]["6"]
    assert figure == {
        "kind": "gaussian",
        "title": "Figure 6",
        "panels": [
            {"role": "digits", "dataset": "mnist", "variants": ["ae", "irmae"]},
            {"role": "faces", "dataset": None, "variants": []},
        ],
    }


def test_a_figure_shows_images_of_the_first_batch_of_seeds(config):
    config |= {"datasets": ["shapes", "mnist"], "seeds": [4, 1, 2], "seeds_per_job": 2}
    made = plan.make_plan(config)
    assert plan.figure_images(made, "8") == [
        f"runs/mnist/{variant}/1-2/images/pca_grid.npy" for variant in ("ae", "vae", "irmae")
    ]
    assert plan.figure_images(made, "9")[0] == "runs/mnist/ae/1-2/images/gmm.npy"
    assert plan.figure_images(made, "2") == []


def test_a_figure_with_real_images_reads_those_of_the_data_sets_that_run(config):
    config["datasets"] = ["shapes", "mnist"]
    made = plan.make_plan(config)
    of_data = {name: [path for path in plan.figure_images(made, name) if path.startswith("data/")] for name in "57"}
    assert of_data == {"5": ["data/mnist/test.npy"], "7": ["data/mnist/test.npy", "data/mnist/train.npy"]}
    assert plan.figure_images(made, "7")[:2] == [
        f"runs/mnist/ae/0-4/images/{name}.npy" for name in ("interpolate", "gmm")
    ]


def test_a_ranking_is_drawn_of_so_many_data_sets_that_it_can_show_something(config):
    for datasets, drawn in ((["shapes", "mnist"], False), (["shapes", "mnist", "fashion_mnist"], True)):
        config["datasets"] = datasets
        assert ("ranking" in plan.make_plan(config)["figures"]) is drawn


def test_lists_call_a_figure_by_its_title(config):
    figures = plan.make_plan(config)["figures"]
    titles = [figures[name]["title"] for name in ("2", "9", "linear_rank")]
    assert titles == ["Figure 2", "Figures 9 to 11", "Linear rank"]


def test_every_image_of_a_figure_belongs_to_a_run(config):
    made = plan.make_plan(config)
    paths = {run["path"] for run in made["runs"]}
    images = [image for number in made["figures"] for image in plan.figure_images(made, number)]
    images = [image for image in images if not image.startswith("data/")]
    assert images
    assert {image.split("/images/")[0] for image in images} <= paths


def test_typed_reads_what_the_command_line_and_yaml_leave_as_text():
    given = {"seeds": ["0", "1"], 2: {"lr": "1e-3", "shuffle": "true"}, "device": "cpu", "text": '"1"'}
    assert plan.typed(given) == {
        "seeds": [0, 1],
        "2": {"lr": 0.001, "shuffle": True},
        "device": "cpu",
        "text": '"1"',
    }


@pytest.mark.parametrize("module", ["plan", "sources"])
def test_the_plan_needs_the_standard_library_only(module):
    command = [sys.executable, "-S", "-c", f"import workflow.{module}"]  # -S: nothing that was installed
    subprocess.run(command, cwd=REPOSITORY, check=True)


def test_another_model_for_a_variant_is_trained_as_the_variant_is():
    config = copy.deepcopy(PAPER)
    config["sensitivity"]["retrain"] = ["package-chains"]
    config["variants"]["lorae"]["for"] = {"mnist": {"weight": 1.0, "training": {"epochs": 3}}}
    runs = {(run["dataset"], run["variant"]): run for run in plan.retrained(config)}
    assert {dataset for dataset, _ in runs} == {"shapes@package-chains", "mnist@package-chains"}
    lorae = runs["mnist@package-chains", "lorae"]
    assert (lorae["model"], lorae["options"], lorae["training"]["epochs"]) == ("ae", {}, 3)
    assert runs["mnist@package-chains", "irmae"]["options"] == {"depth": 7}
    assert ("mnist@package-chains", "ae") not in runs


def test_a_point_of_a_study_that_trains_as_a_row_is_that_rows_run():
    config = copy.deepcopy(PAPER)
    rows = list(plan.runs(config))
    points = {(p["dataset"], p["study"], p["of"], p["setting"]): p["path"] for p in studied(config, rows)}
    assert points["mnist", "depth", "irmae", 8] == "runs/mnist/irmae/0-4"
    assert points["mnist", "depth", "irmae", 16] == "runs/mnist/irmae@depth-16/0-4"
    assert points["mnist", "depth", "greedy-chain", 8] == "runs/mnist/greedy/0-4"


# Checking


@pytest.mark.parametrize("preset", ["paper", "quick", "smoke"])
def test_the_presets_have_no_mistakes(preset):
    def merge(base, overlay):
        if not (isinstance(base, dict) and isinstance(overlay, dict)):
            return overlay
        return base | {key: merge(base.get(key), value) for key, value in overlay.items()}

    path = configs.presets(REPOSITORY / "config")[preset]
    overlay = plan.typed(yaml.safe_load(path.read_text(encoding="utf-8")))
    assert problems(merge(PAPER, overlay), SCHEMA, REPOSITORY) == []


def edit(config, where, value):
    *parents, last = where.split("/")
    for key in parents:
        config = config[key]
    config[last] = value


@pytest.mark.parametrize(
    ("where", "value", "message"),
    [
        ("device", "gpu", "device: 'gpu' is not one of ['cuda', 'cpu']"),
        ("seeds", [], "seeds: [] should be non-empty"),
        ("seeds", [0, 0], "seeds: [0, 0] holds something twice"),
        ("training/lr", "fast", "training.lr: 'fast' is not of type 'number'"),
        ("linear_rank/scales", [2], "linear_rank.scales: [2] lacks 1, which is to be among them"),
        ("training/lr", 0, "training.lr: 0 is less than or equal to the minimum of 0"),
        ("fid/extractor", "vgg", "fid.extractor: 'vgg' is not one of ['inception', 'in_domain']"),
        ("roles/digits", "mnits", "roles.digits: there is no data set 'mnits'. Did you mean mnist?"),
        ("roles/letters", "mnits", "roles.letters: there is no data set 'mnits'. Did you mean mnist?"),
        ("roles/Digits", "mnist5k", "roles: 'Digits' is to name files and does not match"),
        ("classify/datasets", ["mnits"], "classify.datasets: there is no data set 'mnits'. Did you mean mnist?"),
        ("classify/most_steps", 499, "classify.most_steps: 499 is less than least_steps, 500"),
        ("variants/ae/model", "aee", "variants.ae: there is no model 'aee'. Did you mean ae?"),
        ("variants/ae/datasets", ["shape"], "variants.ae.datasets: there is no data set 'shape'."),
        ("variants/vae/beta", "big", "variants.vae.beta: 'big' is not a value of type float"),
        ("variants/irmae/depth", 2.5, "variants.irmae.depth: 2.5 is not a value of type int"),
        ("variants/irmae/depth", True, "variants.irmae.depth: True is not a value of type int"),
        ("variants/irmae", {"model": "irmae"}, "variants.irmae: the option 'depth' is missing"),
        ("variants/irmae/training", {"epoch": 1}, "variants.irmae.training: there is no key 'epoch'."),
        ("variants/supervised", {"model": "ae"}, "variants.supervised: the tables use this name"),
        ("data/shapes/sqare", "corner", "data.shapes: there is no option 'sqare'. Did you mean square?"),
        ("data/shapes/architecture/decoder_relu", True, "data.shapes.architecture: there is no key 'decoder_relu'."),
        ("data/mnist/architecture/code_relu", True, "data.mnist.architecture: there is no key 'code_relu'."),
        ("data/linear/architecture/encoder", [4], "data.linear.architecture: there is no key 'encoder'."),
        ("data/linear/training", {"epoch": 1}, "data.linear.training: there is no key 'epoch'."),
        ("figures/2/panels/digit", [], "figures.2.panels.digit: there is no role 'digit'. Did you mean digits?"),
        ("figures/2/panels/shapes", ["ae-11"], "figures.2.panels.shapes: there is no variant 'ae-11'."),
        ("figures/2", {"kind": "spectrum"}, "figures.2: 'panels' is a required property"),
        ("figures/dept", {"kind": "study"}, "figures.dept: there is no study 'dept'. Did you mean depth?"),
        ("measures/spectrun", {}, "measures: there is no measure 'spectrun'. Did you mean spectrum?"),
        ("measures/spectrum/treshold", 1, "measures.spectrum: there is no option 'treshold'. Did you mean thresholds?"),
        ("family/methods/VAE", ["vea"], "family.methods.VAE: there is no variant 'vea'. Did you mean vae?"),
        ("family/methods/VAE", ["ae"], "family.methods.VAE: ae stands for AE already"),
        ("family/against", ["IRMEA"], "family.against: there is no method 'IRMEA'. Did you mean IRMAE?"),
        ("family/ranked_by", ["effective_rank"], "family.ranked_by: effective_rank is no quality"),
    ],
)
def test_a_mistake_is_one_line_that_says_where_and_what_exists(config, where, value, message):
    edit(config, where, value)
    (line,) = problems(config, SCHEMA, REPOSITORY)
    assert line.startswith(message)
    assert "\n" not in line


def test_a_data_set_without_a_section_is_a_mistake(config):
    del config["data"]["celeba"]
    assert problems(config, SCHEMA, REPOSITORY) == ["data: the data set celeba has no section"]


def test_every_key_of_the_schema_is_described():
    assert list(undescribed(SCHEMA)) == []


def undescribed(node):
    """Yield the keys that the schema explains neither where they stand nor in the definition they point to."""
    for key, value in node.get("properties", {}).items():
        if isinstance(value, dict) and not {"description", "const"} & value.keys():
            definition = SCHEMA["$defs"][value["$ref"].rpartition("/")[2]] if "$ref" in value else {}
            if "description" not in definition:
                yield key
    for child in node.values():
        if isinstance(child, dict):
            yield from undescribed(child)


# Reading the source


def test_the_closure_follows_imports_within_bench_only(tmp_path):
    write(tmp_path, "bench/__init__.py", "")
    write(tmp_path, "bench/a.py", "import json\nfrom bench.b import f\nfrom bench.job.log import g\n")
    write(tmp_path, "bench/job/__init__.py", "")
    write(tmp_path, "bench/job/log.py", "from bench.alone import h\n")  # what surrounds a job is no code of it
    write(tmp_path, "bench/b.py", "def f():\n    import bench.parts.c\n")
    write(tmp_path, "bench/parts/__init__.py", "")
    write(tmp_path, "bench/parts/c.py", "from bench import d\n")
    write(tmp_path, "bench/d.py", "from bench.a import x\n")  # a circle ends
    write(tmp_path, "bench/alone.py", "import numpy\n")
    parts = ["bench/parts/__init__.py", "bench/parts/c.py"]
    whole = ["bench/__init__.py", "bench/a.py", "bench/b.py", "bench/d.py", *parts]
    assert sources.closure(tmp_path, "bench/a.py") == whole
    assert sources.closure(tmp_path, "bench/alone.py") == ["bench/alone.py"]


def test_no_rule_but_those_of_a_model_depends_on_a_model():
    for path in (REPOSITORY / "bench").glob("*.py"):
        files = sources.closure(REPOSITORY, f"bench/{path.name}")
        assert {Path(file).name for file in files if Path(file).parent == Path("bench/models")} <= {"__init__.py"}


def test_options_are_the_keyword_only_arguments(tmp_path):
    source = "class Model:\n    def __init__(self, backbone, *, depth: int, beta: float = 0.1):\n        pass\n"
    write(tmp_path, "bench/models/m.py", source)
    options = sources.options(tmp_path, "bench/models/m.py", "Model.__init__")
    assert {name: option.required for name, option in options.items()} == {"depth": True, "beta": False}
    assert options["beta"].expects(1) is None
    assert options["depth"].expects("1") == "a value of type int"


def test_equal_contents_give_equal_texts():
    given = {"b": 1, "a": [1.0, "x"]}, {"a": [1.0, "x"], "b": 1}
    assert {plan.as_json(content) for content in given} == {'{"a": [1.0, "x"], "b": 1}'}
