"""Planted faults in the numbers themselves: missing, no number, there twice, of no seed's own, or out of range."""

import re

import pytest
from planted import RUN, edit, findings, follow

from bench.records.files import read_json, write_json


def test_a_number_that_is_missing_without_a_reason(results):
    edit(results / RUN / "metrics/encode.csv", r"^1,mse,.*", "1,mse,")
    follow(results)
    (finding,) = findings(results)
    assert finding.startswith(f"numbers {RUN}/metrics/encode.csv: mse of seed 1 is missing although")


@pytest.mark.parametrize("value", ["inf", "many"])
def test_what_is_no_number(results, value):
    edit(results / RUN / "metrics/encode.csv", r"^1,mse,.*", f"1,mse,{value}")
    assert any(f"numbers {RUN}/metrics/encode.csv: mse is {value}" in line for line in findings(results))


def test_a_number_that_is_there_twice(results):
    path = results / RUN / "metrics/encode.csv"
    path.write_text(path.read_text() + "1,mse,0.02\n")
    assert any(
        f"seeds {RUN}/metrics/encode.csv: has 1 numbers twice, first mse of seed 1" in line
        for line in findings(results)
    )


@pytest.mark.parametrize(
    ("run", "seed", "step", "metric"),
    [
        (RUN, 1, "encode", "mse"),
        (RUN, 1, "generate", "fid:gmm"),
        ("runs/mnist5k/irmae/2", 2, "generate", "fid:gmm"),  # all seeds of a batch
    ],
)
def test_a_number_that_a_seed_lacks(results, run, seed, step, metric):
    edit(results / run / f"metrics/{step}.csv", f"^{seed},{metric},.*\n", "")
    follow(results)
    (finding,) = findings(results)
    assert finding.startswith(f"seeds {run}/metrics/{step}.csv: lacks {metric} of seed {seed}")


def test_a_seed_that_is_a_copy_of_another(results):
    for name in ("metrics/encode.csv", "history.csv"):
        path = results / RUN / name
        lines = path.read_text().splitlines()
        copied = [re.sub("^0,", "1,", line) for line in lines if line.startswith("0,")]
        path.write_text("\n".join([line for line in lines if not line.startswith("1,")] + copied) + "\n")
    follow(results)
    lines = findings(results)
    assert [line.split(":")[0] for line in lines] == ["seeds runs/mnist5k/irmae"] * 2
    assert {line.split(": ")[1].split(";")[0] for line in lines} == {"seed 1 is a copy of seed 0"}


def test_codes_that_are_constant_in_two_seeds_are_no_copies(results):
    edit(results / RUN / "metrics/encode.csv", r"singular_value:(\d+),.*", r"singular_value:\1,0.0", count=0)
    follow(results)
    assert findings(results) == []


def test_a_batch_of_seeds_that_the_plan_lost(results):
    plan = read_json(results / "plan.json")
    for part in ("runs", "studied"):  # a study has it too
        plan[part] = [run for run in plan[part] if run["path"] != "runs/mnist5k/irmae/2"]
    write_json(results / "plan.json", plan)
    follow(results)
    (finding,) = findings(results)
    assert finding.startswith("seeds plan.json: the batches of mnist5k/irmae hold seeds 0, 1, not each of 0, 1, 2")


@pytest.mark.parametrize(
    ("name", "metric", "value"),
    [
        (f"{RUN}/metrics/classify.csv", "error:10:best", 110.0),
        ("runs/mnist5k/ae/0-1/metrics/reevaluate.csv", "crossed-0/error:10:best", 130.0),  # by another protocol
    ],
)
def test_a_number_out_of_its_range(results, name, metric, value):
    edit(results / name, f"^(1,{metric}),.*", rf"\1,{value}")
    follow(results)
    (finding,) = findings(results)
    assert finding.startswith(f"numbers {name}: {metric} of seed 1 is {value}, outside 0 to 100")


@pytest.mark.parametrize(
    ("index", "value", "message"),
    [(0, 0.9, "do not fall from 1 but start at 0.9"), (5, 0.9, "start at 1 and rise after index 4")],
)
def test_singular_values_that_do_not_fall_from_one(results, index, value, message):
    edit(results / RUN / "metrics/encode.csv", f"^1,singular_value:{index},.*", f"1,singular_value:{index},{value}")
    follow(results)
    (finding,) = findings(results)
    assert finding.startswith(f"numbers {RUN}/metrics/encode.csv: the singular values of seed 1") and message in finding


@pytest.mark.parametrize(
    ("pattern", "new", "message"),
    [
        (r"^# .*\n", "", "origin {}: does not say where it comes from"),
        ('"step": "reference"', '"step": "generate"', "origin {}: was made for another run (generate"),
        (r"^0,fid:real,.*\n", "", "seeds {}: has fid:real of seed 0 0 times, not once"),
        (r"^0,fid:noise,.*", "0,fid:noise,", "seeds {}: has fid:noise of seed 0 0 times, not once"),
        (r"^(0,fid:real,.*)", r"\1\n\1", "seeds {}: has fid:real of seed 0 2 times, not once"),
        (r"^0,interpolation:blend,.*\n", "", "seeds {}: has interpolation:blend of seed 0 0 times, not once"),
        (r"^0,recall:mean,.*", "0,recall:mean,2.0", "numbers {}: recall:mean of seed 0 is 2.0, out"),
        (r'"data_sha256": "', '"data_sha256": "0', "data {}: was made from other images than data/mnist5k holds"),
    ],
)
def test_a_control_that_is_not_to_be_trusted(results, pattern, new, message):
    name = "data/mnist5k/reference.csv"
    edit(results / name, pattern, new)
    follow(results)
    (finding,) = findings(results)
    assert finding.startswith(message.format(name))
