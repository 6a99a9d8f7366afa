"""Planted faults in where numbers come from, each found by the check that is for it."""

import shutil

import numpy as np
import pytest
from planted import RUN, edit, findings
from synthetic import COMMIT, TREE, write_tables

from bench.records.files import read_json, sha256, write_array, write_json


def test_files_of_two_batches_of_seeds_swapped(results):
    one, other = (results / f"runs/mnist5k/ae/{seeds}/metrics/spectrum.csv" for seeds in ("0-1", "2"))
    content = one.read_bytes()
    one.write_bytes(other.read_bytes())
    other.write_bytes(content)
    found = findings(results)
    assert any("origin runs/mnist5k/ae/0-1/metrics/spectrum.csv: was made for another run" in line for line in found)
    assert any(
        "seeds runs/mnist5k/ae/2/metrics/spectrum.csv: holds seeds 0, 1, its run has 2" in line for line in found
    )


def test_a_file_of_another_variant(results):
    shutil.copy(results / "runs/mnist5k/ae/0-1/metrics/fid.csv", results / RUN / "metrics/fid.csv")
    write_tables(results)
    (found,) = findings(results)
    assert found.startswith(f"origin {RUN}/metrics/fid.csv: was made for another run")


def test_a_file_from_a_commit_with_other_code(results):
    for one, other in ((COMMIT, "d" * 40), (TREE, "b" * 40)):
        edit(results / RUN / "metrics/classify.csv", one, other)
    (found,) = findings(results)
    assert found.startswith(
        f"origin {RUN}/metrics/classify.csv: was made at commit dddddddddddd, its run was trained at"
    )


def test_a_file_from_a_commit_with_the_same_code_is_a_warning(results):
    edit(results / RUN / "metrics/classify.csv", COMMIT, "d" * 40)
    assert findings(results) == []
    assert "commit mnist5k: its numbers were made at 2 commits: cccccccccccc, dddddddddddd" in findings(
        results, "warning"
    )


def test_seeds_of_one_cell_from_commits_with_other_code(results):
    for path in (results / "runs/shapes/irmae-l2/2").rglob("*"):
        if path.is_file() and TREE in path.read_text(encoding="utf-8", errors="ignore"):
            edit(path, TREE, "b" * 40)
    write_tables(results)
    (found,) = findings(results)
    assert found.startswith("origin runs/shapes/irmae-l2: its seeds were made at commits with different bench/")


def test_changes_that_no_commit_holds_are_a_warning(results):
    edit(results / RUN / "provenance.json", '"dirty": false', '"dirty": true')
    assert any(f"commit {RUN}: 1 files were made with changes" in line for line in findings(results, "warning"))


def test_seeds_of_a_supervised_cell_from_commits_with_other_code(results):
    edit(results / "runs/mnist5k/supervised/2/metrics/supervise.csv", TREE, "b" * 40)
    (found,) = findings(results)
    assert found.startswith("origin runs/mnist5k/supervised: its seeds were made at commits with different bench/")


def test_many_files_with_one_fault_are_one_finding(results):
    for path in sorted((results / RUN / "metrics").iterdir()):
        edit(path, TREE, "b" * 40)
    (found,) = findings(results)
    assert f"{RUN}/metrics/encode.csv, {RUN}/metrics/spectrum.csv" in found and " more: was made at commit" in found


def test_distances_that_do_not_name_their_network(results):
    edit(results / RUN / "metrics/fid.csv", '"extractor": "in_domain", ', "")
    (found,) = findings(results)
    assert found.startswith(f"origin {RUN}/metrics/fid.csv: does not say where it comes from: no extractor")


def test_a_distance_between_features_of_another_network(results):
    edit(results / RUN / "metrics/fid.csv", "e" * 64, "f" * 64)
    (found,) = findings(results)
    assert found.startswith(
        f"extractor {RUN}/metrics/fid.csv: is of in_domain ffffffffffff, the real images of in_domain eeee"
    )


def test_images_that_changed(results):
    write_array(results / "data/shapes/train.npy", np.ones((8, 1, 1, 1), dtype=np.uint8))
    (found,) = findings(results)
    assert found.startswith("data data/shapes/train.npy: is not the file that data.json vouches for")


def test_a_run_trained_on_other_images(results):
    path = results / RUN / "provenance.json"
    write_json(path, read_json(path) | {"data_sha256": "0" * 64})
    write_tables(results)
    (found,) = findings(results)
    assert found.startswith(f"data {RUN}: was trained on other images")


def test_seeds_of_a_cell_run_in_two_ways_are_a_warning(results):
    edit(
        results / "runs/mnist5k/ae/2/provenance.json", '"execution": "eager"', '"execution": "CUDA graphs of 10 steps"'
    )
    write_tables(results)
    assert findings(results) == []
    assert (
        "machine mnist5k: ae: seeds were run in different ways: CUDA graphs of 10 steps, eager; "
        "numbers agree up to rounding"
    ) in findings(results, "warning")


def test_a_cell_of_two_machines_is_an_error_and_a_table_of_two_a_warning(results):
    edit(results / RUN / "provenance.json", "A processor", "Another")
    write_tables(results)
    (found,) = findings(results)
    assert (
        found == "machine runs/mnist5k/irmae-l8/0-1, runs/mnist5k/irmae-l8/2: device_name differs: A processor, Another"
    )
    edit(results / "runs/mnist5k/irmae-l8/2/provenance.json", "A processor", "Another")
    write_tables(results)
    assert findings(results) == []
    assert "machine mnist5k: device_name differs: A processor, Another" in findings(results, "warning")


@pytest.mark.parametrize("name", [f"{RUN}/metrics/spectrum.csv", f"{RUN}/model.safetensors", "figures/figure_2.png"])
def test_a_file_that_is_missing(results, name):
    (results / name).unlink()
    assert f"complete {name}: is missing although the plan promises it; run the workflow again" in findings(results)


def test_a_file_that_does_not_say_where_it_comes_from(results):
    path = results / RUN / "metrics/sample.csv"
    path.write_text("".join(path.read_text().splitlines(keepends=True)[1:]))
    (found,) = findings(results)
    assert found.startswith(f"origin {RUN}/metrics/sample.csv: does not say where it comes from")


def test_a_specification_that_changed_after_training(results):
    edit(results / RUN / "spec.json", '"irmae"', '"ae"')
    assert any(line.startswith(f"origin {RUN}: was trained with another specification") for line in findings(results))


def test_a_run_that_is_not_the_plans(results):
    path = results / RUN / "spec.json"
    old = sha256(path)
    write_json(path, read_json(path) | {"model": "ae"})
    for other in [results / RUN / "provenance.json", *(results / RUN / "metrics").iterdir()]:
        edit(other, old, sha256(path))
    write_tables(results)
    (found,) = findings(results)
    assert found.startswith(f"origin {RUN}/spec.json: model is ae, the plan says irmae")


def test_a_record_of_data_that_vouches_for_nothing(results):
    write_json(results / "data/mnist5k/data.json", read_json(results / "data/mnist5k/data.json") | {"sha256": {}})
    found = findings(results)
    assert any(
        line.startswith("data data/mnist5k/train.npy: is not the file that data.json vouches for") for line in found
    )
