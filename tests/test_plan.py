"""The plan: how a config becomes runs, figures and specifications, and what it finds wrong with one."""

import copy
from pathlib import Path

import pytest
import yaml

from workflow import plan, sources
from workflow.check import problems

ROOT = Path(__file__).parent.parent
BASE = yaml.safe_load((ROOT / "config/config.yaml").read_text(encoding="utf-8"))
BASE["figures"] = {str(number): figure for number, figure in BASE["figures"].items()}
SCHEMA = yaml.safe_load((ROOT / "workflow/schemas/config.schema.yaml").read_text(encoding="utf-8"))


@pytest.fixture
def config():
    return copy.deepcopy(BASE)


@pytest.mark.parametrize(
    ("seeds", "size", "labels"),
    [
        ([0, 1, 2, 3, 4], 5, ["0-4"]),
        ([0, 1, 2, 3, 4], 1, ["0", "1", "2", "3", "4"]),
        ([0, 1, 2, 3, 4, 5], 5, ["0-4", "5"]),
        ([3], 5, ["3"]),
        ([7, 0, 1], 5, ["0-1", "7"]),  # a batch has no gap, so its ends name it
    ],
)
def test_seeds_are_cut_into_batches_named_by_their_ends(seeds, size, labels):
    batches = plan.batches(seeds, size)
    assert [plan.label(batch) for batch in batches] == labels
    assert sorted(seed for batch in batches for seed in batch) == sorted(seeds)


def test_every_variant_runs_where_it_says_or_everywhere(config):
    pairs = {(run["dataset"], run["variant"]) for run in plan.runs(config)}
    assert {dataset for dataset, variant in pairs if variant == "ae"} == {"shapes", "mnist", "celeba"}
    assert {dataset for dataset, variant in pairs if variant == "irmae-l8"} == {"mnist"}
    assert {dataset for dataset, variant in pairs if variant == "supervised"} == {"mnist"}


def test_one_config_line_gives_a_model_a_run_on_every_data_set(config):
    config["variants"]["mine"] = {"model": "ae"}
    mine = [run for run in plan.runs(config) if run["variant"] == "mine"]
    assert [run["dataset"] for run in mine] == ["shapes", "mnist", "celeba"]
    assert mine[1]["path"] == "runs/mnist/mine/0-4"
    assert mine[1]["metrics"] == ["spectrum", "reconstruct", "classify", "sample", "fid"]


def test_a_variants_training_overrides_the_configs(config):
    config["variants"]["ae"]["training"] = {"lr": 0.5}
    run = next(run for run in plan.runs(config) if run["variant"] == "ae")
    assert plan.spec(run, config)["training"] == {**config["training"], "lr": 0.5}
    assert run["options"] == {}


def test_a_role_whose_data_set_does_not_run_leaves_its_panel_empty(config):
    config["datasets"] = ["mnist"]
    panels = plan.figures(config)["4"]["panels"]
    assert [panel["dataset"] for panel in panels] == ["mnist", None]
    assert [panel["variants"] for panel in panels] == [["ae", "irmae-l8"], []]


def test_equal_plans_are_equal_texts(config):
    shuffled = dict(reversed(config.items()))
    assert plan.text(plan.make_plan(config)) == plan.text(plan.make_plan(shuffled))


def test_the_configs_that_ship_are_right():
    assert problems(copy.deepcopy(BASE), SCHEMA, ROOT) == []


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (("seeds",), [1, 1], "twice"),
        (("training", "lr"), "1e-4", "training.lr: '1e-4'"),
        (("training", "epochs"), -1, "training.epochs"),
        (("device",), "gpu", "device"),
        (("roles", "faces"), "celebs", "Did you mean celeba?"),
        (("data", "shapes", "square"), "center", "one of"),
        (("variants", "irmae-l2", "depth"), 2.5, "a value of type int"),
        (("variants", "supervised"), {"model": "ae"}, "variants.supervised:"),
        (("variants", "irmae-l2"), {"model": "irmae"}, "the option 'depth' is missing"),
    ],
)
def test_each_mistake_has_one_line_that_says_where(config, path, value, message):
    *parents, key = path
    section = config
    for parent in parents:
        section = section[parent]
    section[key] = value
    found = problems(config, SCHEMA, ROOT)
    assert len(found) == 1 and message in found[0], found


def test_code_is_followed_through_what_it_imports():
    closure = sources.closure(ROOT, "bench/encode.py")
    assert {"bench/encode.py", "bench/run.py", "bench/autoencoder.py", "bench/stream.py"} <= set(closure)
    assert not {"bench/train.py", "bench/models/ae.py", "bench/features.py"} & set(closure)


def test_options_are_read_without_importing():
    options = sources.options(ROOT, "bench/models/irmae.py", "Model.__init__")
    assert options["depth"].required and not options["chain"].required
    assert options["chain"].expects("fixd") == "one of trained, fixed, nonlinear, shared"
    assert options["depth"].expects(True) == "a value of type int"
