"""Planted faults in a results folder that is otherwise right, each found by the check that is for it."""

import re
import shutil
import sys

import numpy as np
import pandas as pd
import pytest
from synthetic import COMMIT, TREE, write_results, write_tables

from bench import check
from bench.checks.folder import Folder
from bench.command import Stop
from bench.files import read_json, sha256, write_array, write_json

RUN = "runs/mnist5k/irmae-l8/0-1"


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A results folder with everything in its place."""
    folder = tmp_path_factory.mktemp("whole")
    plan = write_results(folder)
    plan["config"]["spectrum"] = {"thresholds": [0.01, 0.001]}
    write_json(folder / "plan.json", plan)
    for run in plan["runs"] + plan["retrained"]:
        if run["model"] != "supervised":
            (folder / run["path"] / "model.safetensors").touch()
    (folder / "figures").mkdir()
    for number in plan["figures"]:
        for kind in ("png", "pdf"):
            (folder / "figures" / f"figure_{number}.{kind}").touch()
    write_tables(folder)
    return folder


@pytest.fixture
def folder(whole, tmp_path):
    return shutil.copytree(whole, tmp_path / "results")


def findings(folder, severity="error"):
    """Return the findings of a severity as `check where message`."""
    return [f"{f.check} {f.where}: {f.message}" for f in check.check(Folder(folder)) if f.severity == severity]


def edit(path, pattern, replacement, count=1):
    text = path.read_text(encoding="utf-8")
    changed = re.sub(pattern, replacement, text, count=count, flags=re.MULTILINE)
    assert changed != text
    path.write_text(changed, encoding="utf-8")


def test_a_folder_that_is_right_has_no_errors(folder):
    assert findings(folder) == []
    # Seeds 0 and 1 were trained together and seed 2 alone.
    kinds = [line.split(" ")[0] for line in findings(folder, "warning")]
    assert kinds == ["machine"] * 4 + ["diverged"]


def test_files_of_two_batches_of_seeds_swapped(folder):
    one, other = (folder / f"runs/mnist5k/ae/{seeds}/metrics/spectrum.csv" for seeds in ("0-1", "2"))
    content = one.read_bytes()
    one.write_bytes(other.read_bytes())
    other.write_bytes(content)
    found = findings(folder)
    assert any("origin runs/mnist5k/ae/0-1/metrics/spectrum.csv: was made for another run" in line for line in found)
    assert any(
        "seeds runs/mnist5k/ae/2/metrics/spectrum.csv: holds seeds 0, 1, its run has 2" in line for line in found
    )


def test_a_file_of_another_variant(folder):
    shutil.copy(folder / "runs/mnist5k/ae/0-1/metrics/fid.csv", folder / RUN / "metrics/fid.csv")
    write_tables(folder)
    (found,) = findings(folder)
    assert found.startswith(f"origin {RUN}/metrics/fid.csv: was made for another run")


def test_a_number_that_is_missing_without_a_reason(folder):
    edit(folder / RUN / "metrics/reconstruct.csv", r"^1,mse,.*", "1,mse,")
    write_tables(folder)
    (found,) = findings(folder)
    assert found.startswith(f"numbers {RUN}/metrics/reconstruct.csv: mse of seed 1 is missing although")


@pytest.mark.parametrize("value", ["inf", "many"])
def test_what_is_no_number(folder, value):
    edit(folder / RUN / "metrics/reconstruct.csv", r"^1,mse,.*", f"1,mse,{value}")
    assert any(f"numbers {RUN}/metrics/reconstruct.csv: mse is {value}" in line for line in findings(folder))


def test_a_file_from_a_commit_with_other_code(folder):
    for one, other in ((COMMIT, "d" * 40), (TREE, "b" * 40)):
        edit(folder / RUN / "metrics/classify.csv", one, other)
    (found,) = findings(folder)
    assert found.startswith(
        f"origin {RUN}/metrics/classify.csv: was made at commit dddddddddddd, its run was trained at"
    )


def test_a_file_from_a_commit_with_the_same_code_is_a_warning(folder):
    edit(folder / RUN / "metrics/classify.csv", COMMIT, "d" * 40)
    assert findings(folder) == []
    assert "commit mnist5k: its numbers were made at 2 commits: cccccccccccc, dddddddddddd" in findings(
        folder, "warning"
    )


def test_seeds_of_one_cell_from_commits_with_other_code(folder):
    for path in (folder / "runs/shapes/irmae-l2/2").rglob("*"):
        if path.is_file() and TREE in path.read_text(encoding="utf-8", errors="ignore"):
            edit(path, TREE, "b" * 40)
    write_tables(folder)
    (found,) = findings(folder)
    assert found.startswith("origin runs/shapes/irmae-l2: its seeds were made at commits with different bench/")


def test_changes_that_no_commit_holds_are_a_warning(folder):
    edit(folder / RUN / "provenance.json", '"dirty": false', '"dirty": true')
    assert any(f"commit {RUN}: 1 files were made with changes" in line for line in findings(folder, "warning"))


def test_a_seed_that_is_a_copy_of_another(folder):
    for name in ("metrics/spectrum.csv", "history.csv"):
        path = folder / RUN / name
        lines = path.read_text().splitlines()
        copied = [re.sub("^0,", "1,", line) for line in lines if line.startswith("0,")]
        path.write_text("\n".join([line for line in lines if not line.startswith("1,")] + copied) + "\n")
    write_tables(folder)
    found = findings(folder)
    assert [line.split(":")[0] for line in found] == ["seeds runs/mnist5k/irmae-l8"] * 2
    assert {line.split(": ")[1].split(";")[0] for line in found} == {"seed 1 is a copy of seed 0"}


def test_codes_that_are_constant_in_two_seeds_are_no_copies(folder):
    edit(folder / RUN / "metrics/spectrum.csv", r"singular_value:(\d+),.*", r"singular_value:\1,0.0", count=0)
    write_tables(folder)
    assert findings(folder) == []


def test_a_number_that_is_there_twice(folder):
    path = folder / RUN / "metrics/reconstruct.csv"
    path.write_text(path.read_text() + "1,mse,0.02\n")
    assert any(
        f"seeds {RUN}/metrics/reconstruct.csv: has 1 numbers twice, first mse of seed 1" in f for f in findings(folder)
    )


@pytest.mark.parametrize(("step", "metric"), [("reconstruct", "mse"), ("fid", "fid:gmm")])
def test_a_number_that_one_seed_lacks(folder, step, metric):
    edit(folder / RUN / f"metrics/{step}.csv", f"^1,{metric},.*\n", "")
    write_tables(folder)
    (found,) = findings(folder)
    assert found.startswith(f"seeds {RUN}/metrics/{step}.csv: lacks {metric} of seed 1")


def test_a_number_that_all_seeds_of_one_batch_lack(folder):
    edit(folder / "runs/mnist5k/irmae-l8/2/metrics/fid.csv", r"^2,fid:gmm,.*\n", "")
    write_tables(folder)
    (found,) = findings(folder)
    assert found.startswith("seeds runs/mnist5k/irmae-l8/2/metrics/fid.csv: lacks fid:gmm of seed 2")


def test_a_batch_of_seeds_that_the_plan_lost(folder):
    plan = read_json(folder / "plan.json")
    plan["runs"] = [run for run in plan["runs"] if run["path"] != "runs/mnist5k/irmae-l8/2"]
    write_json(folder / "plan.json", plan)
    write_tables(folder)
    (found,) = findings(folder)
    assert found.startswith("seeds plan.json: the batches of mnist5k/irmae-l8 hold seeds 0, 1, not each of 0, 1, 2")


@pytest.mark.parametrize(
    ("pattern", "new", "message"),
    [
        (r"^# .*\n", "", "origin {}: does not say where it comes from"),
        ('"step": "fid_reference"', '"step": "fid"', "origin {}: was made for another run (fid"),
        (r"^0,fid:real,.*\n", "", "seeds {}: has fid:real of seed 0 0 times, not once"),
        (r"^0,fid:noise,.*", "0,fid:noise,", "seeds {}: has fid:noise of seed 0 0 times, not once"),
        (r"^(0,fid:real,.*)", r"\1\n\1", "seeds {}: has fid:real of seed 0 2 times, not once"),
    ],
)
def test_a_floor_or_ceiling_that_is_not_to_be_trusted(folder, pattern, new, message):
    name = "data/mnist5k/fid_reference.csv"
    edit(folder / name, pattern, new)
    write_tables(folder)
    (found,) = findings(folder)
    assert found.startswith(message.format(name))


def test_a_distance_below_that_of_real_images(folder):
    for seeds in ("0-1", "2"):
        edit(folder / f"runs/mnist5k/ae/{seeds}/metrics/fid.csv", r"fid:gmm,.*", "fid:gmm,0.5", count=0)
    write_tables(folder)
    (found,) = findings(folder)
    assert found.startswith("fid mnist5k/ae, fid:gmm: 0.5 is below real images' own 2")


def test_a_distance_above_that_of_noise_is_a_warning(folder):
    edit(folder / "data/mnist5k/fid_reference.csv", "fid:noise,500.0", "fid:noise,50.0")
    write_tables(folder)
    assert any(line.startswith("fid mnist5k/pca, fid:gmm: 61 is above 50") for line in findings(folder, "warning"))


def test_a_table_that_does_not_say_what_the_files_say(folder):
    edit(folder / "tables/metrics.csv", r"^(mnist5k,ae,0,reconstruct,mse),.*", r"\1,0.005")
    found = findings(folder)
    assert any("tables tables/metrics.csv: does not say what the runs' files say: row" in line for line in found)
    assert any("tables tables/reconstruction.csv: mean of mnist5k ae mse" in line for line in found)


def test_a_verdict_that_does_not_follow_from_the_numbers(folder):
    edit(folder / "tables/claims.csv", r"^(digits-fid-ae,.*),reproduced,", r"\1,contradicted,")
    (found,) = findings(folder)
    assert found.startswith(
        "tables tables/claims.csv: does not follow from metrics.csv: row 11, outcome: contradicted for"
    )


def test_a_mean_that_is_not_the_numbers(folder):
    table = pd.read_csv(folder / "tables/table_1.csv")
    table.loc[3, "mean"] += 0.1
    table.to_csv(folder / "tables/table_1.csv", index=False)
    (found,) = findings(folder)
    assert found.startswith("tables tables/table_1.csv: mean of")


@pytest.mark.parametrize(
    ("name", "metric", "column"),
    [("reconstruction", "mse", "mean"), ("spectra", "singular_value:11", "mean"), ("table_2", "error:10:best", "n")],
)
def test_a_tiny_change_of_a_mean_and_a_row_that_is_gone(folder, name, metric, column):
    path = folder / f"tables/{name}.csv"
    table = pd.read_csv(path)
    changed = table.assign(**{column: table[column] * np.where(table["metric"] == metric, 1 + 1e-6, 1)})
    changed.to_csv(path, index=False)
    (found,) = findings(folder)
    assert found.startswith(f"tables tables/{name}.csv: {column} of ") and f" {metric} is not that of" in found
    table[table["metric"] != metric].to_csv(path, index=False)
    (found,) = findings(folder)
    assert found.startswith(f"tables tables/{name}.csv: has not the rows of metrics.csv: ")


@pytest.mark.parametrize("name", ["runs", "sensitivity", "variance"])
def test_every_other_table_follows_from_the_files_too(folder, name):
    table = pd.read_csv(folder / f"tables/{name}.csv")
    table.iloc[1:].to_csv(folder / f"tables/{name}.csv", index=False)
    (found,) = findings(folder)
    assert (
        found.startswith(f"tables tables/{name}.csv: does not ") and f"{len(table) - 1} rows for {len(table)}" in found
    )


def test_seeds_of_a_supervised_cell_from_commits_with_other_code(folder):
    edit(folder / "runs/mnist5k/supervised/2/metrics/supervise.csv", TREE, "b" * 40)
    (found,) = findings(folder)
    assert found.startswith("origin runs/mnist5k/supervised: its seeds were made at commits with different bench/")


def test_many_files_with_one_fault_are_one_finding(folder):
    for path in sorted((folder / RUN / "metrics").iterdir()):
        edit(path, TREE, "b" * 40)
    (found,) = findings(folder)
    assert (
        f"{RUN}/metrics/spectrum.csv, {RUN}/metrics/reconstruct.csv" in found and " more: was made at commit" in found
    )


def test_distances_that_do_not_name_their_network(folder):
    edit(folder / RUN / "metrics/fid.csv", '"extractor": "in_domain", ', "")
    (found,) = findings(folder)
    assert found.startswith(f"origin {RUN}/metrics/fid.csv: does not say where it comes from: no extractor")


def test_a_distance_between_features_of_another_network(folder):
    edit(folder / RUN / "metrics/fid.csv", "e" * 64, "f" * 64)
    (found,) = findings(folder)
    assert found.startswith(
        f"extractor {RUN}/metrics/fid.csv: is of in_domain ffffffffffff, the real images of in_domain eeee"
    )


def test_images_that_changed(folder):
    write_array(folder / "data/shapes/train.npy", np.ones((8, 1, 1, 1), dtype=np.uint8))
    (found,) = findings(folder)
    assert found.startswith("data data/shapes/train.npy: is not the file that data.json vouches for")


def test_a_run_trained_on_other_images(folder):
    path = folder / RUN / "provenance.json"
    write_json(path, read_json(path) | {"data_sha256": "0" * 64})
    write_tables(folder)
    (found,) = findings(folder)
    assert found.startswith(f"data {RUN}: was trained on other images")


def test_a_cell_of_two_machines_is_an_error_and_a_table_of_two_a_warning(folder):
    edit(folder / RUN / "provenance.json", "A processor", "Another")
    write_tables(folder)
    (found,) = findings(folder)
    assert (
        found == "machine runs/mnist5k/irmae-l8/0-1, runs/mnist5k/irmae-l8/2: device_name differs: A processor, Another"
    )
    edit(folder / "runs/mnist5k/irmae-l8/2/provenance.json", "A processor", "Another")
    write_tables(folder)
    assert findings(folder) == []
    assert "machine mnist5k: device_name differs: A processor, Another" in findings(folder, "warning")


@pytest.mark.parametrize("name", [f"{RUN}/metrics/spectrum.csv", f"{RUN}/model.safetensors", "figures/figure_2.png"])
def test_a_file_that_is_missing(folder, name):
    (folder / name).unlink()
    assert f"complete {name}: is missing although the plan promises it; run the workflow again" in findings(folder)


def test_a_file_that_does_not_say_where_it_comes_from(folder):
    path = folder / RUN / "metrics/sample.csv"
    path.write_text("".join(path.read_text().splitlines(keepends=True)[1:]))
    (found,) = findings(folder)
    assert found.startswith(f"origin {RUN}/metrics/sample.csv: does not say where it comes from")


def test_a_specification_that_changed_after_training(folder):
    edit(folder / RUN / "spec.json", '"irmae"', '"ae"')
    assert any(line.startswith(f"origin {RUN}: was trained with another specification") for line in findings(folder))


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("sample.count", 2000, "fid.csv: count:samples: [1000.0], the config asks for [2000.0]"),
        ("data.mnist5k.latent", 16, "spectrum.csv: singular values: [12], the config asks for [16]"),
        (
            "spectrum.thresholds",
            [0.02],
            "spectrum.csv: ranks: ['rank:0.001', 'rank:0.01'], the config asks for ['rank:0.02']",
        ),
        (
            "classify.budgets",
            [10, 1000],
            "classify.csv: numbers of labels: [10, 100, 4000], the config asks for [10, 1000]",
        ),
    ],
)
def test_counts_that_are_not_the_configs(folder, key, value, message):
    plan = read_json(folder / "plan.json")
    *sections, last = key.split(".")
    place = plan["config"]
    for name in sections:
        place = place[name]
    place[last] = value
    write_json(folder / "plan.json", plan)
    assert any(line.startswith(f"counts {RUN}/metrics/{message}") for line in findings(folder))


def test_a_run_that_is_not_the_plans(folder):
    path = folder / RUN / "spec.json"
    old = sha256(path)
    write_json(path, read_json(path) | {"model": "ae"})
    for other in [folder / RUN / "provenance.json", *(folder / RUN / "metrics").iterdir()]:
        edit(other, old, sha256(path))
    write_tables(folder)
    (found,) = findings(folder)
    assert found.startswith(f"origin {RUN}/spec.json: model is ae, the plan says irmae")


def test_a_history_that_is_empty_although_the_run_took_time(folder):
    (folder / RUN / "history.csv").write_text("seed,epoch,loss\n")
    write_tables(folder)
    assert [line.split(";")[0] for line in findings(folder)] == [
        f"counts {RUN}/history.csv: seed {seed} has 0 epochs of 2" for seed in (0, 1)
    ]


def test_epochs_that_are_missing(folder):
    path = folder / RUN / "history.csv"
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:-1]))
    write_tables(folder)
    (found,) = findings(folder)
    assert found.startswith(f"counts {RUN}/history.csv: seed 1 has 1 epochs of 2")


def test_a_number_out_of_its_range(folder):
    edit(folder / RUN / "metrics/classify.csv", r"^(1,error:10:best),.*", r"\1,110.0")
    write_tables(folder)
    assert any(
        f"numbers {RUN}/metrics/classify.csv: error:10:best of seed 1 is 110.0, outside 0 to 100" in f
        for f in findings(folder)
    )


def test_a_number_of_another_protocol_out_of_its_range(folder):
    name = "runs/mnist5k/ae/0-1/metrics/reevaluate.csv"
    edit(folder / name, r"^(0,crossed-0/error:10:best),.*", r"\1,130.0")
    write_tables(folder)
    (found,) = findings(folder)
    assert found.startswith(f"numbers {name}: crossed-0/error:10:best of seed 0 is 130.0, outside 0 to 100")


@pytest.mark.parametrize(
    ("index", "value", "message"),
    [(0, 0.9, "do not fall from 1 but start at 0.9"), (5, 0.9, "start at 1 and rise after index 4")],
)
def test_singular_values_that_do_not_fall_from_one(folder, index, value, message):
    edit(folder / RUN / "metrics/spectrum.csv", f"^1,singular_value:{index},.*", f"1,singular_value:{index},{value}")
    write_tables(folder)
    (found,) = findings(folder)
    assert found.startswith(f"numbers {RUN}/metrics/spectrum.csv: the singular values of seed 1") and message in found


def test_an_untrained_network_that_is_as_good_is_a_warning(folder):
    plan = read_json(folder / "plan.json")
    for run in plan["runs"]:
        if run["variant"] == "pca":
            run["model"] = "untrained"
    write_json(folder / "plan.json", plan)
    (found,) = (line for line in findings(folder, "warning") if line.startswith("controls mnist5k/ae"))
    assert "an untrained network is as good in mse: those numbers owe nothing to training" in found


def test_a_loss_that_rose_and_a_code_that_holds_nothing_are_warnings(folder):
    edit(folder / RUN / "history.csv", r"^0,2,.*", "0,2,0.9")
    for seeds in ("0-1", "2"):
        path = folder / f"runs/mnist5k/irmae-l8/{seeds}/metrics/reconstruct.csv"
        edit(path, r"explained_variance,.*", "explained_variance,-0.1", count=0)
    write_tables(folder)
    found = findings(folder, "warning")
    assert any(line.startswith("loss mnist5k/irmae-l8: the loss of seed 0 went from 0.4 to 0.9") for line in found)
    assert any(line.startswith("learned mnist5k/irmae-l8: explains -0.10 of the variance") for line in found)


def test_errors_make_the_exit_code_and_findings_a_table(folder, capsys, monkeypatch):
    out = folder / "tables/check.csv"
    monkeypatch.setattr(sys, "argv", ["check", str(folder), "--out", str(out)])
    check.main()
    assert capsys.readouterr().out.splitlines()[-1].startswith(f"{folder}: 0 errors, ")
    (folder / "tables.md").unlink()
    with pytest.raises(SystemExit, match="1"):
        check.main()
    assert pd.read_csv(out).iloc[0].tolist()[:3] == ["error", "complete", "tables.md"]
    assert "ERROR    complete   tables.md: is missing" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("plan", "message"),
    [
        (None, "plan.json is missing: give the folder of a finished run"),
        ("{", "plan.json cannot be read"),
        ('{"runs": []}', "plan.json is of another version of this suite"),
        ("null", "plan.json is of another version of this suite"),
    ],
)
def test_a_folder_without_its_plan_stops_in_one_line(tmp_path, monkeypatch, plan, message):
    if plan:
        (tmp_path / "plan.json").write_text(plan)
    monkeypatch.setattr(sys, "argv", ["check", str(tmp_path)])
    with pytest.raises(Stop, match=message):
        check.main()


def test_a_broken_file_is_a_finding_and_hides_no_other(folder):
    (folder / RUN / "provenance.json").write_text("{")
    (folder / "tables.md").unlink()
    found = findings(folder)
    assert any(line.startswith("complete tables.md") for line in found)
    assert any(line.startswith(f"readable {RUN}/provenance.json: cannot be read (JSONDecodeError") for line in found)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        (f"{RUN}/provenance.json", "[]"),
        (f"{RUN}/provenance.json", '{"tree": "a"}'),
        (f"{RUN}/metrics/fid.csv", ""),
        (f"{RUN}/metrics/fid.csv", "seed,metric,value\none,mse,1.0\n"),
        ("data/mnist5k/data.json", "5"),
    ],
)
def test_a_file_of_another_kind_is_a_finding(folder, name, content):
    (folder / name).write_text(content)
    assert sum(line.startswith(f"readable {name}: cannot be read (") for line in findings(folder)) == 1


def test_a_record_of_data_that_vouches_for_nothing(folder):
    write_json(folder / "data/mnist5k/data.json", read_json(folder / "data/mnist5k/data.json") | {"sha256": {}})
    found = findings(folder)
    assert any(
        line.startswith("data data/mnist5k/train.npy: is not the file that data.json vouches for") for line in found
    )
