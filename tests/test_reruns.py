"""What Snakemake runs again after an edit, and what a failing job leaves."""

import csv
import json
import os
import sys

import pytest
from checkout import REPOSITORY, rules, values
from stand_in import SMOKE, STAND_IN

from bench.records.files import read_origin
from workflow import sources

AFTER_RUNS = {"aggregate", "judge", "figure", "tables", "index", "check", "front_page"}


@pytest.fixture(scope="module")
def finished(smoke, tmp_path_factory):
    """A copy of a checkout in which the smoke preset has run, at another place than it ran."""
    return smoke.copy(tmp_path_factory.mktemp("finished") / "checkout")


@pytest.fixture
def edited(finished):
    """Return a function that appends a comment to a file until the test is over."""
    before = {}

    def edit(path):
        before[finished.folder / path] = (finished.folder / path).read_bytes()
        with (finished.folder / path).open("a", encoding="utf-8") as file:
            file.write("# edited\n")

    yield edit
    for path, content in before.items():
        path.write_bytes(content)


def test_every_output_is_made_and_then_nothing_is_to_do(finished):
    for name in ("tables.md", "figures/figure_2.pdf", "figures/figure_9.png", "tables/metrics.csv"):
        assert (finished.folder / "results/smoke" / name).exists()
    assert finished.planned(*SMOKE) == []


def test_new_times_without_new_contents_rerun_nothing(finished):
    for path in (finished.folder / "bench").rglob("*.py"):
        path.touch()
    assert finished.planned(*SMOKE) == []


def test_editing_what_surrounds_a_job_reruns_nothing_and_leaves_checkpoints_valid(finished, edited):
    provenance = finished.folder / "results/smoke/runs/mnist5k/ae/0-1/provenance.json"
    trained_by = json.loads(provenance.read_text(encoding="utf-8"))["code"]  # a checkpoint is valid for this alone
    assert code(finished, "train", "models/ae") == trained_by
    for path in (REPOSITORY / "bench/job").glob("*.py"):
        edited(f"bench/job/{path.name}")
    assert finished.planned(*SMOKE) == []
    assert code(finished, "train", "models/ae") == trained_by
    edited("bench/engine/steps.py")
    assert code(finished, "train", "models/ae") != trained_by


def code(checkout, *modules):
    """Return the digest that a job takes of the code of its rule and of what the rule runs besides."""
    files = sources.closure(checkout.folder, *(f"bench/{module}.py" for module in modules))
    program = "import sys, pathlib, bench.job.source; print(bench.job.source.digest(map(pathlib.Path, sys.argv[1:])))"
    return checkout.run(sys.executable, "-c", program, *files).stdout.strip()


def test_one_models_runs_are_encoded_by_one_code_whichever_measures_they_take(finished):
    runs = [finished.folder / f"results/smoke/runs/{name}/irmae/0-1" for name in ("shapes", "shapes@corner")]
    assert len({read_origin(run / "metrics/encode.csv")["code"] for run in runs}) == 1


def test_an_added_measure_trains_and_encodes_nothing_and_is_measured_alone(smoke, tmp_path):
    checkout = smoke.copy(tmp_path / "checkout")
    checkout.run(sys.executable, "-m", "workflow.new", "measure", "mine")
    checkout.commit()
    jobs = checkout.planned(*SMOKE)
    assert rules(jobs) == {"measure", "plan", *AFTER_RUNS}
    assert values(jobs, "measure") == {"mine"}


def test_editing_a_model_reruns_that_models_runs_only(finished, edited):
    edited("bench/models/irmae.py")
    jobs = finished.planned(*SMOKE)
    assert values(jobs, "variant") == {"irmae"}
    assert rules(jobs) == {"train", "encode", "classify", "generate", "reevaluate", *AFTER_RUNS}


@pytest.mark.parametrize(("rule", "needing_it"), [("classify", set()), ("generate", {"reevaluate"})])
def test_editing_an_evaluation_trains_and_encodes_nothing(finished, edited, rule, needing_it):
    edited(f"bench/{rule}.py")
    assert rules(finished.planned(*SMOKE)) == {rule, *needing_it, *AFTER_RUNS}


def test_editing_a_data_set_reruns_that_data_sets_jobs_only(finished, edited):
    edited("bench/datasets/mnist5k.py")
    assert values(finished.planned(*SMOKE), "dataset") == {"mnist5k"}


def test_a_new_option_reruns_its_variant_only(finished):
    jobs = finished.planned(*SMOKE, "variants={irmae: {depth: 3}}")
    assert values(jobs, "variant") == {"irmae", "irmae@depth-8"}  # the study's point was this variant's run
    assert rules(jobs) >= {"train", "plan", *AFTER_RUNS}


def test_a_new_seed_runs_only_itself(finished):
    jobs = finished.planned(*SMOKE, "seeds=[0,1,2]")
    assert values(jobs, "seeds") == {"2"}
    assert rules(jobs) >= {"train", "supervise", "plan", *AFTER_RUNS}


def test_moving_the_raw_data_reruns_nothing(finished, tmp_path):
    jobs = finished.planned(*SMOKE, f"data_root={tmp_path}")
    assert rules(jobs) == {"plan", *AFTER_RUNS}  # plan.json tells where the raw data were


# What fails


def test_what_the_check_finds_fails_no_job_and_stays(smoke, tmp_path):
    checkout = smoke.copy(tmp_path / "checkout")
    provenance = checkout.folder / "results/smoke/runs/mnist5k/ae/0-1/provenance.json"
    written, record = provenance.stat(), json.loads(provenance.read_text(encoding="utf-8"))
    provenance.write_text(json.dumps(record | {"spec_sha256": "another"}), encoding="utf-8")
    os.utime(provenance, ns=(written.st_atime_ns, written.st_mtime_ns))  # unseen by Snakemake
    findings = checkout.folder / "results/smoke/tables/check.csv"
    findings.unlink()
    result = checkout.snakemake("--cores", "1", *SMOKE)
    assert result.returncode == 0, result.stdout
    with findings.open(encoding="utf-8") as table:
        assert ("error", "origin") in {(row["severity"], row["check"]) for row in csv.DictReader(table)}


def test_a_failing_job_shows_its_log_and_leaves_the_others_going(checkout):
    failing = STAND_IN.replace("set -e", 'case "$*" in *shapes*) echo "no shapes today"; exit 1 ;; esac\nset -e', 1)
    checkout.put("python", failing)
    data = [f"results/smoke/data/{name}/data.json" for name in ("shapes", "mnist5k")]
    result = checkout.snakemake("--cores", "1", *data, *SMOKE)
    assert result.returncode == 1
    assert "no shapes today" in result.stdout
    assert [(checkout.folder / path).exists() for path in data] == [False, True]
