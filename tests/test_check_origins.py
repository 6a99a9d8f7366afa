"""Planted faults in where numbers come from, each found by the check that is for it."""

import shutil

import numpy as np
import pytest
from planted import RUN, edit, findings, follow
from synthetic_runs import COMMIT

from bench.records.files import read_json, read_origin, write_array, write_json

OTHER_CODE, OTHER_COMMIT = "b" * 64, "d" * 40


def change_code(path):
    """Let a table or a provenance say that other code made it, at another commit."""
    origin = read_json(path) if path.suffix == ".json" else read_origin(path)
    edit(path, origin["code"], OTHER_CODE)
    edit(path, COMMIT, OTHER_COMMIT)


def change_specification(path):
    """Let a table or a provenance say that another specification asked for it."""
    edit(path, '"spec_sha256": "[0-9a-f]*"', f'"spec_sha256": "{"0" * 64}"')


def test_files_of_two_batches_of_seeds_swapped(results):
    one, other = (results / f"runs/mnist5k/ae/{seeds}/metrics/encode.csv" for seeds in ("0-1", "2"))
    content = one.read_bytes()
    one.write_bytes(other.read_bytes())
    other.write_bytes(content)
    lines = findings(results)
    assert any("origin runs/mnist5k/ae/0-1/metrics/encode.csv: was made for another run" in line for line in lines)
    assert any("seeds runs/mnist5k/ae/2/metrics/encode.csv: holds seeds 0, 1, its run has 2" in line for line in lines)


def test_a_file_of_another_variant(results):
    shutil.copy(results / "runs/mnist5k/ae/0-1/metrics/generate.csv", results / RUN / "metrics/generate.csv")
    follow(results)
    lines = findings(results)
    assert any(line.startswith(f"origin {RUN}/metrics/generate.csv: was made for another run") for line in lines)


def test_numbers_of_another_specification_than_the_plans(results):
    change_specification(results / RUN / "metrics/classify.csv")
    (finding,) = findings(results)
    assert finding.startswith(f"origin {RUN}/metrics/classify.csv: was made for another run (classify of specification")


def test_many_files_with_one_fault_are_one_finding(results):
    for path in (results / RUN / "metrics").glob("*.csv"):
        edit(path, '"dirty": false, ', "")
    (finding,) = findings(results)
    assert f"{RUN}/metrics/encode.csv, {RUN}/metrics/classify.csv" in finding
    assert "does not say where it comes from: no dirty" in finding


def test_a_model_trained_by_another_specification_than_the_plans(results):
    change_specification(results / RUN / "provenance.json")
    follow(results)
    (finding,) = findings(results)
    assert finding.startswith(f"origin {RUN}: was trained as specified by 000000000000, the plan's is ")


def test_a_plan_that_asks_for_another_run_than_the_one_that_lies_there(results):
    plan = read_json(results / "plan.json")
    for run in plan["runs"] + plan["studied"]:
        if run["path"] == RUN:
            run["training"]["lr"] = 1.0
    write_json(results / "plan.json", plan)
    lines = findings(results)
    assert any(line.startswith(f"origin {RUN}: was trained as specified by") for line in lines)
    assert any(f"{RUN}/metrics/encode.csv: was made for another run" in line for line in lines)


@pytest.mark.parametrize(
    ("step", "name"),
    [("classify", "metrics/classify.csv"), ("measure/mine", "metrics/measure/mine.csv"), ("train", "provenance.json")],
)
def test_seeds_of_one_cell_made_by_different_code_of_one_step(results, step, name):
    change_code(results / f"runs/mnist5k/irmae/2/{name}")
    follow(results)
    (finding,) = findings(results)
    assert finding.startswith(
        f"origin runs/mnist5k/irmae: {step}: its seeds were made by different code, "
        "at commits cccccccccccc, dddddddddddd"
    )


def test_seeds_of_a_supervised_cell_made_by_different_code(results):
    change_code(results / "runs/mnist5k/supervised/2/metrics/supervise.csv")
    (finding,) = findings(results)
    assert finding.startswith("origin runs/mnist5k/supervised: supervise: its seeds were made by different code")


def test_a_metric_added_to_finished_runs_is_no_fault(results):
    # All files of one step are made anew at a later commit, those of the other steps stay as they are.
    for path in results.rglob("metrics/measure/mine.csv"):
        edit(path, read_origin(path)["code"], OTHER_CODE)
        edit(path, COMMIT, OTHER_COMMIT)
    assert findings(results) == []
    assert [line.split(" ")[0] for line in findings(results, "warning")] == ["diverged"]


def test_two_variants_of_one_model_made_by_different_code_are_a_warning(results):
    for seeds in ("0-1", "2"):
        change_code(results / f"runs/mnist5k/irmae/{seeds}/metrics/classify.csv")
    assert findings(results) == []
    text = "commit mnist5k: classify of its irmae models was done by different code: commits dddddddddddd, cccccccccccc"
    assert text in findings(results, "warning")


def test_equal_code_at_another_commit_is_no_finding(results):
    edit(results / RUN / "metrics/classify.csv", COMMIT, OTHER_COMMIT)
    assert findings(results) == []
    assert not any(line.startswith("commit") for line in findings(results, "warning"))


def test_changes_that_no_commit_holds_are_a_warning(results):
    edit(results / RUN / "provenance.json", '"dirty": false', '"dirty": true')
    assert any(
        line.startswith(f"commit {RUN} train: 1 tables were made with changes") for line in findings(results, "warning")
    )


def test_a_commit_that_nobody_knows_is_a_warning_with_its_reason(results):
    edit(results / RUN / "provenance.json", f'"commit": "{COMMIT}"', '"commit": "unknown (git is not installed)"')
    text = f"commit {RUN} train: the commit of 1 tables is unknown (git is not installed)"
    assert text in findings(results, "warning")


def test_distances_that_do_not_name_their_network(results):
    edit(results / RUN / "metrics/generate.csv", '"extractor": "in_domain", ', "")
    (finding,) = findings(results)
    assert finding.startswith(f"origin {RUN}/metrics/generate.csv: does not say where it comes from: no extractor")


def test_a_distance_between_features_of_another_network(results):
    edit(results / RUN / "metrics/generate.csv", "e" * 64, "f" * 64)
    (finding,) = findings(results)
    assert finding.startswith(
        f"extractor {RUN}/metrics/generate.csv: is of in_domain ffffffffffff, the real images of in_domain eeee"
    )


def test_images_that_changed(results):
    write_array(results / "data/shapes/train.npy", np.ones((8, 1, 1, 1), dtype=np.uint8))
    (finding,) = findings(results)
    assert finding.startswith("data data/shapes/train.npy: is not the file that data.json vouches for")


def test_a_run_trained_on_other_images(results):
    path = results / RUN / "provenance.json"
    write_json(path, read_json(path) | {"data_sha256": "0" * 64})
    follow(results)
    (finding,) = findings(results)
    assert finding.startswith(f"data {RUN}: was trained on other images")


def test_seeds_of_a_cell_run_in_two_ways_are_a_warning(results):
    edit(
        results / "runs/mnist5k/ae/2/provenance.json", '"execution": "eager"', '"execution": "CUDA graphs of 10 steps"'
    )
    follow(results)
    assert findings(results) == []
    assert (
        "machine mnist5k: ae: seeds were run in different ways: CUDA graphs of 10 steps, eager; "
        "numbers agree up to rounding"
    ) in findings(results, "warning")


def test_a_cell_of_two_machines_is_an_error_and_a_table_of_two_a_warning(results):
    edit(results / RUN / "provenance.json", "A processor", "Another")
    follow(results)
    assert findings(results) == [
        "machine runs/mnist5k/irmae/0-1, runs/mnist5k/irmae/2: device_name differs: A processor, Another"
    ]
    edit(results / "runs/mnist5k/irmae/2/provenance.json", "A processor", "Another")
    follow(results)
    assert findings(results) == []
    assert "machine mnist5k: device_name differs: A processor, Another" in findings(results, "warning")


@pytest.mark.parametrize("name", [f"{RUN}/metrics/encode.csv", f"{RUN}/history.csv", "figures/figure_2.png"])
def test_a_file_that_is_missing(results, name):
    (results / name).unlink()
    assert f"complete {name}: is missing although the plan promises it; run the workflow again" in findings(results)


def test_arrays_and_weights_that_are_missing_are_one_warning(results):
    names = ["data/shapes/test.npy", f"{RUN}/model.safetensors", f"{RUN}/samples.safetensors"]
    for name in names:
        (results / name).unlink()
    assert findings(results) == []
    assert (
        f"complete {', '.join(names)}: 3 files of arrays and weights are not here: their digests were not compared"
    ) in findings(results, "warning")


def test_a_file_that_does_not_say_where_it_comes_from(results):
    path = results / RUN / "metrics/generate.csv"
    path.write_text("".join(path.read_text().splitlines(keepends=True)[1:]))
    (finding,) = findings(results)
    assert finding.startswith(f"origin {RUN}/metrics/generate.csv: does not say where it comes from")


def test_a_record_of_data_that_vouches_for_nothing(results):
    write_json(results / "data/mnist5k/data.json", read_json(results / "data/mnist5k/data.json") | {"sha256": {}})
    assert any(
        line.startswith("data data/mnist5k/train.npy: is not the file that data.json vouches for")
        for line in findings(results)
    )
