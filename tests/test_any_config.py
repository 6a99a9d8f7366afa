"""Whatever the config says, it is refused in lines before any job, or it can be planned."""

import copy
import json
import math
from collections import Counter

import hypothesis.strategies as st
import pytest
from checkout import REPOSITORY, Checkout
from hypothesis import HealthCheck, event, given, settings
from paper_config import SCHEMA, preset

from workflow.check import problems
from workflow.jobs import planned
from workflow.plan import as_json, make_plan, typed

SMOKE = preset("smoke")
ODD = [None, "", "x", "1e2", [], {}, -1, 0, 1.0, 1e2, -0.5, math.nan, math.inf, True, 10**6]
LEFT = {"claims", "figures", "sensitivity", "verdicts", "family"}  # names of other parts, which tests of their own plan


def leaves(schema, value, path=()):
    """Yield the path and the schema of every value of a config that holds no others."""
    if "$ref" in schema:
        part = SCHEMA
        for name in schema["$ref"].removeprefix("#/").split("/"):
            part = part[name]
        schema = part | {key: item for key, item in schema.items() if key != "$ref"}
    if isinstance(value, dict):
        others = schema.get("additionalProperties")
        for key, item in value.items():
            within = schema.get("properties", {}).get(key) or (others if isinstance(others, dict) else {})
            yield from leaves(within, item, (*path, key))
    else:
        yield path, {"type": KINDS.get(type(value))} | schema


KINDS = {bool: "boolean", int: "integer", float: "number", list: "array"}  # of options, which the schema does not know
LEAVES = [(path, schema) for path, schema in leaves(SCHEMA, SMOKE) if path[0] not in LEFT]


def fitting(schema):
    """Return a strategy of values that the schema may allow at a leaf."""
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    kind = schema.get("type")
    low = schema.get("minimum", schema.get("exclusiveMinimum", 0))
    return {
        "integer": st.integers(math.ceil(low), math.ceil(low) + 3),
        "number": st.floats(
            low, min(schema.get("maximum", low + 2), low + 2), exclude_min="exclusiveMinimum" in schema
        ),
        "boolean": st.booleans(),
        "array": st.lists(st.sampled_from([0, 1, 2, "shapes", "mnist5k", "ae"]), max_size=3),
    }.get(kind if isinstance(kind, str) else "array", st.sampled_from(ODD))


@st.composite
def changed(draw):
    """Return the smoke preset with one to three values that someone may write there."""
    config = copy.deepcopy(SMOKE)
    for path, schema in draw(st.lists(st.sampled_from(LEAVES), min_size=1, max_size=3)):
        place = config
        for key in path[:-1]:
            place = place[key]
        place[path[-1]] = draw(st.sampled_from(ODD) if draw(st.integers(0, 5)) == 0 else fitting(schema))
    return config


COUNTS = Counter()


@settings(max_examples=200, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(changed())
def test_a_config_is_refused_in_lines_or_planned(config):
    lines = problems(typed(config), SCHEMA, REPOSITORY)
    COUNTS["refused" if lines else "planned"] += 1
    event("refused" if lines else "planned")
    if lines:
        assert all(line and "\n" not in line for line in lines)
        return
    plan = make_plan(typed(config))
    assert all(isinstance(seed, int) for run in plan["runs"] for seed in run["seeds"])
    assert json.loads(as_json(plan)) and [*planned(plan)]


def test_both_happen():
    assert min(COUNTS["refused"], COUNTS["planned"]) > 20, COUNTS


@pytest.mark.long
@pytest.mark.timeout(900)
def test_configs_that_are_accepted_run_to_their_end(tmp_path):
    accepted = (
        "training={epochs: 1, batch: 7, lr: 0.5, shuffle: false}",
        "seeds=[3]",
        "sample={count: 4, covariance_floor: 1.0e-9}",
        "interpolate={pairs: 1, steps: 2}",
        "trajectory={points: 2, images: 2}",
        "classify={hidden: 1, batch: 1, epochs: 1, least_steps: 1, most_steps: 2}",
        "seeds_per_job=9",
    )
    checkout = Checkout(tmp_path / "checkout")
    ended = checkout.snakemake("--cores", "2", "--config", "preset=smoke", *accepted)
    assert ended.returncode == 0, ended.stdout[-5000:]
