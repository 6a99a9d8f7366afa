"""The contract of bench/measures/base/trained.py, kept by every file in bench/measures: a new one is tested."""

import ast
import importlib
import inspect
import math
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
import torch
import yaml
from small_run import CPU, SEEDS, make_spec, read_rows, specification, write_small_run

from bench.encode import encode_data
from bench.measure import main
from bench.measures.base.trained import Trained
from bench.records.files import read_origin
from workflow import sources
from workflow.runs import VARIANT_KEYS

ROOT = Path(__file__).parent.parent
NAMES = sources.names(ROOT, "bench/measures")
CONFIG = yaml.safe_load((ROOT / "config" / "config.yaml").read_text(encoding="utf-8"))
CONFIGURED = CONFIG["measures"]
# What a measure may import of the suite: no other measure, no model, no data set.
HELPERS = ("bench.measures.base.", "bench.models.base.", "bench.engine.", "bench.records.")
DIVERGED = 1

every_measure = pytest.mark.parametrize("name", NAMES)


def function(name: str):
    return importlib.import_module(f"bench.measures.{name}").measure


def measured(name: str, trained: Trained) -> dict[str, float]:
    """Return what a measure yields with its options in the config, or with its defaults if it is not there yet."""
    pairs = list(function(name)(trained, **CONFIGURED.get(name, {})))
    assert len(dict(pairs)) == len(pairs), "a name comes twice"
    return dict(pairs)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A small run of which one seed diverged."""
    folder = tmp_path_factory.mktemp("run")
    write_small_run(folder, diverged=DIVERGED)
    return folder


@pytest.fixture(scope="module")
def run(folder) -> list[Trained]:
    return encode_data(make_spec(), folder / "model.safetensors", folder / "data", CPU)


@every_measure
def test_it_is_documented_and_its_options_are_keyword_only(name):
    assert importlib.import_module(f"bench.measures.{name}").__doc__ and function(name).__doc__
    trained, *options = inspect.signature(function(name)).parameters.values()
    assert trained.name == "trained"
    assert all(option.kind is inspect.Parameter.KEYWORD_ONLY for option in options)


@pytest.mark.parametrize("name", CONFIGURED)
def test_its_options_are_those_of_the_config(name):
    assert set(CONFIGURED[name]) == set(list(inspect.signature(function(name)).parameters)[1:])


@pytest.fixture(scope="module", params=sources.names(ROOT, "bench/models"))
def of_any_model(request, tmp_path_factory) -> Trained:
    """A seed of a model, with the options of its first variant in the config."""
    variants = [variant for variant in CONFIG["variants"].values() if variant["model"] == request.param]
    options = {key: value for variant in variants[:1] for key, value in variant.items() if key not in VARIANT_KEYS}
    folder = tmp_path_factory.mktemp(request.param)
    spec, _ = write_small_run(folder, request.param, **options)
    return encode_data(spec, folder / "model.safetensors", folder / "data", CPU)[0]


@every_measure
def test_it_yields_names_and_numbers_of_every_model(name, of_any_model):
    values = measured(name, of_any_model)
    assert values
    for metric, value in values.items():
        assert isinstance(metric, str) and metric, metric
        assert isinstance(value, int | float) and math.isfinite(value), metric


def test_no_two_measures_share_a_name(run):
    metrics = {name: measured(name, run[0]).keys() for name in NAMES}
    for one, other in combinations(NAMES, 2):
        assert not metrics[one] & metrics[other], (one, other)


@every_measure
def test_it_gives_the_same_numbers_twice_whatever_the_global_generators(name, run):
    values = []
    for seed in (0, 1):
        torch.manual_seed(seed)
        np.random.seed(seed)
        values.append(measured(name, run[0]))
    assert values[0] == values[1]


@every_measure
@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_of_a_diverged_seed_it_has_the_same_names_and_no_number_but_counts(name, value, run):
    lost = replace(run[DIVERGED], codes={split: np.full_like(z, value) for split, z in run[DIVERGED].codes.items()})
    values = measured(name, lost)
    assert values.keys() == measured(name, run[0]).keys()
    assert {metric for metric, number in values.items() if not math.isnan(number)} <= counts(values)


def counts(values: dict[str, float]) -> set[str]:
    return {metric for metric in values if metric.startswith("count:")}


@every_measure
def test_it_leaves_codes_and_model_as_they_are(name, run):
    trained = run[0]
    codes = {split: z.copy() for split, z in trained.codes.items()}
    state = {key: tensor.clone() for key, tensor in trained.model.state_dict().items()}
    measured(name, trained)
    assert all(np.array_equal(z, codes[split]) for split, z in trained.codes.items())
    assert all(torch.equal(tensor, state[key]) for key, tensor in trained.model.state_dict().items())


@every_measure
def test_it_imports_no_other_measure_model_or_data_set(name):
    tree = ast.parse((ROOT / "bench" / "measures" / f"{name}.py").read_text(encoding="utf-8"))
    modules = [f"{node.module}." for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    modules += [f"{each.name}." for node in ast.walk(tree) if isinstance(node, ast.Import) for each in node.names]
    assert [module for module in modules if module.startswith("bench.") and not module.startswith(HELPERS)] == []


# The rule `measure`, of those that have a job of their own


def test_the_rule_writes_what_the_measure_yields_of_every_seed(folder, run):
    options = {"thresholds": [0.1]}
    main(
        spec=specification(),
        measure="spectrum",
        options=options,
        model=folder / "model.safetensors",
        codes=folder / "codes",
        data=folder / "data",
        metrics=folder / "spectrum.csv",
        device=CPU,
    )
    rows = read_rows(folder / "spectrum.csv")
    for seed, trained in zip(SEEDS, run, strict=True):
        values = {metric: value for (of, metric), value in rows.items() if of == seed}
        expected = dict(function("spectrum")(trained, **options))
        texts = {metric: "" if math.isnan(value) else repr(float(value)) for metric, value in expected.items()}
        assert values == texts
    origin = read_origin(folder / "spectrum.csv")
    assert (origin["step"], origin["spec_sha256"]) == ("measure/spectrum", make_spec().digest)
