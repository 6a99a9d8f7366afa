"""Planted faults in the numbers themselves, each found by the check that is for it."""

import re

import numpy as np
import pandas as pd
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


def test_a_number_that_is_there_twice(results):
    path = results / RUN / "metrics/encode.csv"
    path.write_text(path.read_text() + "1,mse,0.02\n")
    assert any(
        f"seeds {RUN}/metrics/encode.csv: has 1 numbers twice, first mse of seed 1" in line
        for line in findings(results)
    )


@pytest.mark.parametrize(("step", "metric"), [("encode", "mse"), ("generate", "fid:gmm")])
def test_a_number_that_one_seed_lacks(results, step, metric):
    edit(results / RUN / f"metrics/{step}.csv", f"^1,{metric},.*\n", "")
    follow(results)
    (finding,) = findings(results)
    assert finding.startswith(f"seeds {RUN}/metrics/{step}.csv: lacks {metric} of seed 1")


def test_a_number_that_all_seeds_of_one_batch_lack(results):
    edit(results / "runs/mnist5k/irmae/2/metrics/generate.csv", r"^2,fid:gmm,.*\n", "")
    follow(results)
    (finding,) = findings(results)
    assert finding.startswith("seeds runs/mnist5k/irmae/2/metrics/generate.csv: lacks fid:gmm of seed 2")


def test_a_batch_of_seeds_that_the_plan_lost(results):
    plan = read_json(results / "plan.json")
    for part in ("runs", "studied"):  # a study has it too
        plan[part] = [run for run in plan[part] if run["path"] != "runs/mnist5k/irmae/2"]
    write_json(results / "plan.json", plan)
    follow(results)
    (finding,) = findings(results)
    assert finding.startswith("seeds plan.json: the batches of mnist5k/irmae hold seeds 0, 1, not each of 0, 1, 2")


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


def test_a_distance_below_that_of_real_images(results):
    for seeds in ("0-1", "2"):
        edit(results / f"runs/mnist5k/ae/{seeds}/metrics/generate.csv", r"fid:gmm,.*", "fid:gmm,0.5", count=0)
    follow(results)
    (finding,) = findings(results)
    assert finding.startswith("fid mnist5k/ae, fid:gmm: 0.5 is below real images' own 2")


def test_a_distance_no_better_than_that_of_what_is_no_image_is_a_warning(results):
    edit(results / "data/mnist5k/reference.csv", "fid:noise,500.0", "fid:noise,50.0")
    edit(results / "data/mnist5k/reference.csv", "fid:mean,200.0", "fid:mean,61.0")
    follow(results)
    said = "fid mnist5k/pca, fid:gmm: 61 is no better than that of uniform noise, the pixel mean"
    assert any(line.startswith(said) for line in findings(results, "warning"))


def test_interpolations_nearer_than_real_images_or_as_far_as_blank_ones(results):
    for seeds in ("0-1", "2"):
        path = results / f"runs/mnist5k/ae/{seeds}/metrics/generate.csv"
        edit(path, r"interpolation:middle,.*", "interpolation:middle,-0.2", count=0)
        path = results / f"runs/mnist5k/pca/{seeds}/metrics/generate.csv"
        edit(path, r"interpolation:middle,.*", "interpolation:middle,6.5", count=0)
    follow(results)
    (finding,) = findings(results)
    assert finding.startswith("interpolation mnist5k/ae, interpolation:middle: -0.2 is below real images' own 0")
    said = "interpolation mnist5k/pca, interpolation:middle: 6.5 is no better than that of blank images, the pixel mean"
    assert any(line.startswith(said) for line in findings(results, "warning"))


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("fid:blank", 1.0, "fid: finds blank images as good as real images"),
        ("kid:noise", 0.001, "kid: finds uniform noise as good as real images"),
        ("kid:mean", -0.1, "kid: finds the pixel mean as good as real images"),
        ("interpolation:blank", -0.3, "interpolation: finds blank images as good as real images"),
    ],
)
def test_a_yardstick_that_prefers_what_is_no_image(results, name, value, said):
    edit(results / "data/mnist5k/reference.csv", f"^0,{name},.*", f"0,{name},{value}")
    follow(results)
    (finding,) = findings(results)
    assert finding.startswith(f"yardstick mnist5k, {said}")


def test_precision_that_one_image_has_again_and_again_is_no_yardstick_and_no_finding(results):
    edit(results / "data/mnist5k/reference.csv", "^0,precision:blank,.*", "0,precision:blank,1.0")
    follow(results)
    assert findings(results) == []


def test_a_table_that_does_not_say_what_the_files_say(results):
    edit(results / "tables/metrics.csv", r"^(mnist5k,ae,0,encode,mse),.*", r"\1,0.005")
    lines = findings(results)
    assert any("tables tables/metrics.csv: does not say what the runs' files say: row" in line for line in lines)
    assert any("tables tables/codes.csv: mean of mnist5k ae mse" in line for line in lines)


def test_a_table_of_a_run_that_classifies_nothing_is_empty_and_can_be_checked(results):
    edit(results / "tables/metrics.csv", r"^\w+,[\w-]+,\d,\w+,error:.*\n", "", count=0)
    edit(results / "tables/table_2.csv", r"^(?!dataset).*\n", "", count=0)
    lines = findings(results)
    assert not any("cannot be checked" in line or "table_2" in line for line in lines)


def test_a_verdict_that_does_not_follow_from_the_numbers(results):
    edit(results / "tables/claims.csv", r"^(digits-fid-ae,.*),as claimed,", r"\1,contradicted,")
    (finding,) = findings(results)
    assert finding.startswith(
        "tables tables/claims.csv: does not follow from metrics.csv: row 20, outcome: contradicted for"
    )


def test_a_mean_that_is_not_the_numbers(results):
    table = pd.read_csv(results / "tables/table_1.csv")
    table.loc[3, "mean"] += 0.1
    table.to_csv(results / "tables/table_1.csv", index=False)
    (finding,) = findings(results)
    assert finding.startswith("tables tables/table_1.csv: mean of")


@pytest.mark.parametrize(
    ("name", "metric", "column"),
    [("codes", "mse", "mean"), ("codes", "singular_value:11", "mean"), ("table_2", "error:10:best", "n")],
)
def test_a_tiny_change_of_a_mean_and_a_row_that_is_gone(results, name, metric, column):
    path = results / f"tables/{name}.csv"
    table = pd.read_csv(path)
    changed = table.assign(**{column: table[column] * np.where(table["metric"] == metric, 1 + 1e-6, 1)})
    changed.to_csv(path, index=False)
    (finding,) = findings(results)
    assert finding.startswith(f"tables tables/{name}.csv: {column} of ") and f" {metric} is not that of" in finding
    table[table["metric"] != metric].to_csv(path, index=False)
    (finding,) = findings(results)
    assert finding.startswith(f"tables tables/{name}.csv: has not the rows of metrics.csv: ")


@pytest.mark.parametrize("name", ["runs", "sensitivity", "variance"])
def test_every_other_table_follows_from_the_files_too(results, name):
    table = pd.read_csv(results / f"tables/{name}.csv")
    table.iloc[1:].to_csv(results / f"tables/{name}.csv", index=False)
    (finding,) = findings(results)
    assert (
        finding.startswith(f"tables tables/{name}.csv: does not ")
        and f"{len(table) - 1} rows for {len(table)}" in finding
    )


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("sample.count", 2000, "generate.csv: count:samples: [1000.0], the config asks for [2000.0]"),
        ("fid.pairs", 50, "generate.csv: count:pairs: [500.0], the config asks for [50.0]"),
        (
            "classify.budgets",
            [10, 1000],
            "classify.csv: numbers of labels: [10, 100, 4000], the config asks for [10, 1000]",
        ),
    ],
)
def test_counts_that_are_not_the_configs(results, key, value, message):
    plan = read_json(results / "plan.json")
    *sections, last = key.split(".")
    place = plan["config"]
    for name in sections:
        place = place[name]
    place[last] = value
    write_json(results / "plan.json", plan)
    assert any(line.startswith(f"counts {RUN}/metrics/{message}") for line in findings(results))


@pytest.mark.parametrize(
    ("measure", "options", "message"),
    [
        (
            "spectrum",
            {"thresholds": [0.02]},
            "ranks: ['rank:0.001', 'rank:0.01'], the config asks for ['rank:0.02']",
        ),
    ],
)
def test_measures_with_other_options_than_the_run_asks_for(results, measure, options, message):
    plan = read_json(results / "plan.json")
    for run in plan["runs"] + plan["studied"]:
        if run["path"] == RUN:
            run["measures"][measure] = options
    write_json(results / "plan.json", plan)
    assert any(line.startswith(f"counts {RUN}/metrics/encode.csv: {message}") for line in findings(results))


def test_codes_of_another_size_than_the_run_asks_for(results):
    plan = read_json(results / "plan.json")
    for run in plan["runs"] + plan["studied"]:
        run["latent"] = 16 if run["path"] == RUN else run["latent"]
    write_json(results / "plan.json", plan)
    message = "encode.csv: singular values: [12], the config asks for [16]"
    assert any(line.startswith(f"counts {RUN}/metrics/{message}") for line in findings(results))


def test_a_history_that_is_empty_although_the_run_took_time(results):
    (results / RUN / "history.csv").write_text("seed,epoch,loss\n")
    follow(results)
    assert [line.split(";")[0] for line in findings(results)] == [
        f"counts {RUN}/history.csv: seed {seed} has 0 epochs of 2" for seed in (0, 1)
    ]


def test_epochs_that_are_missing(results):
    path = results / RUN / "history.csv"
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:-1]))
    follow(results)
    (finding,) = findings(results)
    assert finding.startswith(f"counts {RUN}/history.csv: seed 1 has 1 epochs of 2")


def test_a_number_out_of_its_range(results):
    edit(results / RUN / "metrics/classify.csv", r"^(1,error:10:best),.*", r"\1,110.0")
    follow(results)
    assert any(
        f"numbers {RUN}/metrics/classify.csv: error:10:best of seed 1 is 110.0, outside 0 to 100" in line
        for line in findings(results)
    )


def test_a_number_of_another_protocol_out_of_its_range(results):
    name = "runs/mnist5k/ae/0-1/metrics/reevaluate.csv"
    edit(results / name, r"^(0,crossed-0/error:10:best),.*", r"\1,130.0")
    follow(results)
    (finding,) = findings(results)
    assert finding.startswith(f"numbers {name}: crossed-0/error:10:best of seed 0 is 130.0, outside 0 to 100")


@pytest.mark.parametrize(
    ("index", "value", "message"),
    [(0, 0.9, "do not fall from 1 but start at 0.9"), (5, 0.9, "start at 1 and rise after index 4")],
)
def test_singular_values_that_do_not_fall_from_one(results, index, value, message):
    edit(results / RUN / "metrics/encode.csv", f"^1,singular_value:{index},.*", f"1,singular_value:{index},{value}")
    follow(results)
    (finding,) = findings(results)
    assert finding.startswith(f"numbers {RUN}/metrics/encode.csv: the singular values of seed 1") and message in finding


def test_a_loss_that_rose_and_a_code_that_holds_nothing_are_warnings(results):
    edit(results / RUN / "history.csv", r"^0,2,.*", "0,2,0.9")
    for seeds in ("0-1", "2"):
        path = results / f"runs/mnist5k/irmae/{seeds}/metrics/encode.csv"
        edit(path, r"explained_variance,.*", "explained_variance,-0.1", count=0)
    follow(results)
    lines = findings(results, "warning")
    assert any(line.startswith("loss mnist5k/irmae: the loss of seed 0 went from 0.4 to 0.9") for line in lines)
    assert any(line.startswith("learned mnist5k/irmae: explains -0.10 of the variance") for line in lines)


def test_an_untrained_network_that_is_as_good_is_a_warning(results):
    plan = read_json(results / "plan.json")
    for run in plan["runs"]:
        if run["variant"] == "pca":
            run["model"] = "untrained"
    write_json(results / "plan.json", plan)
    (finding,) = (line for line in findings(results, "warning") if line.startswith("controls mnist5k/ae"))
    assert "an untrained network is as good in mse: those numbers owe nothing to training" in finding


@pytest.mark.parametrize(
    ("pattern", "replacement", "finding"),
    [
        (r"^mnist5k,irmae,1,250,.*\n", "", "mnist5k/irmae: seed 1 was not seen at every step up to 250"),
        (r"^mnist5k,irmae,1,.*\n", "", "mnist5k/irmae: seed 1 was not seen at every step up to 250"),
        (
            r"^(mnist5k,irmae,1,250,explained_variance),.*",
            r"\1,0.97",
            "mnist5k/irmae: seed 1 ends explaining 0.97 of the variance, its codes 0.80",
        ),
        (
            r"^(mnist5k,irmae,1,16,effective_rank),.*",
            r"\1,400",
            "mnist5k/irmae: seed 1: effective_rank over the code's",
        ),
    ],
)
def test_a_trajectory_that_cannot_be(results, pattern, replacement, finding):
    edit(results / "tables/trajectory.csv", pattern, replacement, count=0)
    assert any(line.startswith(f"trajectory {finding}") for line in findings(results))


@pytest.mark.parametrize(
    ("name", "pattern"), [("family", r"^(shapes,AE,ae,mse),0\.01"), ("ranking", "^(overall,AE),2")]
)
def test_a_comparison_that_does_not_follow(results, name, pattern):
    edit(results / f"tables/{name}.csv", pattern, r"\1,9")
    (finding,) = findings(results)
    assert finding.startswith(f"tables tables/{name}.csv: does not follow from metrics.csv: row")
