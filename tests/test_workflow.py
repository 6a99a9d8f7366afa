"""The workflow as Snakemake sees it: what is planned, what an edit reruns, and what stops before any job.

Jobs run with a stand-in for Python that only makes the files its flags name, so that the whole graph takes seconds.
"""

import json
import re
import shutil

import pytest
from checkout import Checkout
from stand_in import SMOKE, STAND_IN, put_stand_in

from workflow.plan import text

AFTER_RUNS = {"aggregate", "judge", "figure", "tables", "check"}


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A checkout in which the smoke preset has run."""
    checkout = Checkout(tmp_path_factory.mktemp("finished") / "checkout")
    put_stand_in(checkout)
    result = checkout.snakemake("--cores", "2", *SMOKE)
    assert result.returncode == 0, result.stdout
    return checkout


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


def rules(jobs):
    return {rule for rule, _ in jobs}


def variants(jobs):
    return {wildcards["variant"] for _, wildcards in jobs if "variant" in wildcards}


# What is planned


def test_the_paper_is_planned_without_data_and_without_a_gpu(checkout):
    jobs = checkout.planned()
    trained = {(w["dataset"], w["variant"]) for rule, w in jobs if rule == "train"}
    assert {
        ("shapes", "irmae-l2"),
        ("mnist", "irmae-l8"),
        ("celeba", "irmae-l4"),
        ("mnist", "pca"),
        ("fashion_mnist", "irmae-l8"),
        ("gaussian2d", "irmae-l2"),
        ("linear", "vae"),
    } <= trained
    assert {w["seeds"] for rule, w in jobs if rule == "train"} == {"0-4"}
    assert "fetch_inception" in rules(jobs)
    assert {w["dataset"] for rule, w in jobs if rule == "supervise"} == {"mnist", "fashion_mnist"}
    assert {w["name"] for rule, w in jobs if rule == "figure"} == {
        *map(str, range(2, 12)), "frontier", "ranking", "depth", "latent", "beta", "nuclear", "linear_rank",
        "bumps-spectrum", "bumps-interpolate", "bumps-gmm", "clothes-gmm",
    }  # fmt: skip


def test_quick_downloads_nothing(checkout):
    jobs = checkout.planned("--config", "preset=quick")
    assert {w["dataset"] for rule, w in jobs if rule == "fetch"} == {"shapes", "mnist5k"}
    assert "fetch_inception" not in rules(jobs)


def test_what_the_papers_other_protocols_ask_for_is_planned(checkout):
    jobs = checkout.planned()
    trained = {(w["dataset"], w["variant"]) for rule, w in jobs if rule == "train"}
    again = {pair for pair in trained if "@" in pair[0]}
    assert {dataset for dataset, _ in again} == {
        "shapes@corner", "shapes@supplement", "shapes@unshuffled", "mnist@unshuffled",
        "shapes@package-chains", "mnist@package-chains",
    }  # fmt: skip
    shapes = {variant for dataset, variant in again if dataset == "shapes@corner"}
    assert shapes == {"ae", "ae-l1", "ae-l2", "irmae-l2", "irmae-l4"}  # what claims compare there
    assert ("mnist@unshuffled", "pca") not in again and ("mnist@unshuffled", "supervised") not in again
    assert {w["dataset"] for rule, w in jobs if rule == "reevaluate"} == {"mnist", "celeba"}


def test_the_sensitivity_is_a_target_of_its_own(checkout):
    rules_of = rules(checkout.planned("sensitivity", "--config", "preset=quick"))
    assert {"reevaluate", "aggregate", "judge"} <= rules_of
    assert not {"figure", "tables", "pca_grid"} & rules_of


def test_one_seed_per_job_gives_a_job_per_combination(checkout):
    jobs = checkout.planned(*SMOKE, "seeds_per_job=1")
    trained = [(w["dataset"], w["variant"], w["seeds"]) for rule, w in jobs if rule == "train"]
    assert {seeds for *_, seeds in trained} == {"0", "1"}
    assert len(trained) == len(set(trained))


def test_the_command_line_wins_over_the_overlay_and_the_overlay_over_the_paper(checkout):
    result = checkout.snakemake(
        "--cores",
        "1",
        "results/quick/plan.json",
        "--config",
        "preset=quick",
        "seeds=[7]",
        "training={epochs: 3}",
    )
    assert result.returncode == 0, result.stdout
    plan = json.loads((checkout.folder / "results/quick/plan.json").read_text(encoding="utf-8"))
    assert plan["seeds"] == [7]  # command line
    assert plan["config"]["training"]["epochs"] == 3  # command line, within a section
    assert plan["device"] == "cpu"  # quick.yaml
    assert plan["config"]["training"]["batch"] == 32  # config.yaml
    assert {run["path"].rsplit("/")[-1] for run in plan["runs"]} == {"7"}


def test_a_specification_holds_what_the_config_and_the_data_say(finished):
    spec = json.loads((finished.folder / "results/smoke/runs/mnist5k/irmae-l8/0-1/spec.json").read_text())
    assert spec["model"] == "irmae"
    assert spec["options"] == {"depth": 8}
    assert spec["seeds"] == [0, 1]
    assert spec["shape"] == [1, 32, 32]
    assert spec["latent"] == 16
    assert spec["training"] == {"epochs": 1, "batch": 32, "lr": 0.001, "shuffle": True}
    assert spec["architecture"]["family"] == "dense"


# What stops


def test_mistakes_stop_all_at_once_before_any_job_with_one_line_each(checkout):
    result = checkout.snakemake(
        "--dry-run", "--config", "sedes=3", "training={epcohs: 3}", "seeds=[1,1]", "datasets=[shapes,mnits]",
        "claims={topics: {digits-fid: {claims: {digits-fid-ae: {lower: irmae-l9}}}}}",
        "sensitivity={retrain: [kid], alternatives: {head-dropout: {classify: {dropuot: 0.5}}}}",
        "variants={irmae-l2: {detph: 3}, irmae-l4: {chain: fixd}, x: {model: irmea}, Y: {model: ae}}",
    )  # fmt: skip
    assert result.returncode == 1
    for beginning in (
        "config: there is no key 'sedes'. Did you mean seeds? There are: claims, classify,",
        "training: there is no key 'epcohs'. Did you mean epochs? There are: batch, epochs, lr, shuffle",
        "seeds: [1, 1] holds something twice",
        "datasets: there is no data set 'mnits'. Did you mean mnist? There are: ",
        "variants.irmae-l2: there is no option 'detph'. Did you mean depth? There are: chain, depth",
        "variants.irmae-l4.chain: 'fixd' is not one of trained, fixed, nonlinear, shared",
        "variants.x: there is no model 'irmea'. Did you mean irmae? There are: ",
        "claims.topics.digits-fid.claims.digits-fid-ae: there is no variant 'irmae-l9'. Did you mean irmae-l",
        "sensitivity.retrain: kid changes neither training, data nor variants, so nothing trains again",
        "sensitivity.alternatives.head-dropout.classify: there is no key 'dropuot'. Did you mean dropout?",
        "variants: 'Y' is to name files and does not match ^[a-z0-9][a-z0-9_-]*$",
    ):
        assert len(re.findall(f"^{re.escape(beginning)}", result.stdout, re.MULTILINE)) == 1, result.stdout
    assert "Building DAG" not in result.stdout
    assert "Traceback" not in result.stdout


def test_an_unknown_preset_names_those_that_exist(checkout):
    result = checkout.snakemake("--dry-run", "--config", "preset=quikc")
    assert result.returncode == 1
    message = "preset: there is no preset 'quikc'. Did you mean quick? There are: paper, quick, smoke"
    assert message in result.stdout.splitlines()


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["--resources", "gpu=0"], "asks for gpu=1 and there are 0 in all, so it can never run"),
        (["--set-resources", "train:gpu=2"], "rule train asks for gpu=2 and there are 1 in all"),
        (["--resources", "gpu=0", "--profile", "workflow/profiles/slurm", "--executor", "local"], None),
    ],
)
def test_a_job_that_asks_for_more_gpus_than_there_are_is_refused_and_not_cut_down(checkout, arguments, line):
    result = checkout.snakemake("--dry-run", "results/runs/linear/ae/0-4/spec.json", *arguments)
    assert result.returncode == (1 if line else 0), result.stdout
    assert sum("so it can never run" in found for found in result.stdout.splitlines()) == result.returncode
    assert (line or "") in result.stdout


# What reruns


def test_every_output_is_made_and_then_nothing_is_to_do(finished):
    for name in ("tables.md", "figures/figure_2.pdf", "figures/figure_11.png", "tables/metrics.csv"):
        assert (finished.folder / "results/smoke" / name).exists()
    assert finished.planned(*SMOKE) == []


def test_new_times_without_new_contents_rerun_nothing(finished):
    for path in (finished.folder / "bench").rglob("*.py"):
        path.touch()
    assert finished.planned(*SMOKE) == []


def test_editing_a_model_reruns_that_models_runs_only(finished, edited):
    edited("bench/models/irmae.py")
    jobs = finished.planned(*SMOKE)
    assert variants(jobs) == {"irmae-l2", "irmae-l8"}
    assert not rules(jobs) & {"fetch", "supervise", "fid_extractor", "fid_reference", "interpolate_reference"}
    assert rules(jobs) >= {"train", "encode", "fid", *AFTER_RUNS}


def test_editing_an_evaluation_reruns_only_that(finished, edited):
    edited("bench/spectrum.py")
    assert rules(finished.planned(*SMOKE)) == {"spectrum", *AFTER_RUNS}


def test_editing_a_data_set_reruns_that_data_sets_jobs_only(finished, edited):
    edited("bench/datasets/mnist5k.py")
    jobs = finished.planned(*SMOKE)
    assert {w["dataset"] for _, w in jobs if "dataset" in w} == {"mnist5k"}


def test_a_new_option_reruns_its_variant_only(finished):
    jobs = finished.planned(*SMOKE, "variants={irmae-l8: {depth: 3}}")
    assert variants(jobs) == {"irmae-l8", "irmae@depth-8"}  # the study's point was this variant's run
    assert rules(jobs) >= {"spec", "train", "plan", *AFTER_RUNS}


def test_a_new_seed_runs_only_itself(finished):
    jobs = finished.planned(*SMOKE, "seeds=[0,1,2]")
    assert {w["seeds"] for _, w in jobs if "seeds" in w} == {"2"}
    assert rules(jobs) >= {"train", "supervise", "plan", *AFTER_RUNS}


def test_moving_the_repository_and_the_raw_data_reruns_nothing(finished, tmp_path):
    moved = object.__new__(Checkout)
    moved.folder = tmp_path / "moved"
    shutil.copytree(finished.folder, moved.folder, symlinks=True)
    jobs = moved.planned(*SMOKE, f"data_root={tmp_path}")
    assert rules(jobs) == {"plan", *AFTER_RUNS}  # plan.json tells where the raw data were


# Failure


def test_a_failing_job_shows_its_log_and_leaves_the_others_going(checkout):
    put_stand_in(checkout)
    failing = STAND_IN.replace("shift 2\n", 'shift 2\n[ "$2" != shapes ] || { echo "no shapes today"; exit 1; }\n', 1)
    (checkout.folder / "bin/python").write_text(failing, encoding="utf-8")
    data = [f"results/smoke/data/{name}/data.json" for name in ("shapes", "mnist5k")]
    result = checkout.snakemake("--cores", "1", *data, *SMOKE)
    assert result.returncode == 1
    assert "no shapes today" in result.stdout
    assert [(checkout.folder / path).exists() for path in data] == [False, True]


def test_jobs_ask_slurm_for_memory_and_time_that_grow_whatever_partition_is_given(checkout):
    profile = ("--profile", "workflow/profiles/slurm", "--default-resources", "slurm_partition=gpu")
    result = checkout.snakemake("--dry-run", "--attempt", "2", *profile, *SMOKE)
    jobs = re.findall(r"rule (\w+):\n(?: .*\n)*? +resources: .*?, (.*)", result.stdout)
    asked = {rule: re.findall(r"(?:mem_mb|runtime)=(\d+)", resources) for rule, resources in jobs}
    assert asked["train"] == ["32000", "1440"]
    here = {"all", "plan", "spec", *AFTER_RUNS}  # run where Snakemake runs
    assert {rule for rule, amounts in asked.items() if len(amounts) < 2} == here


def test_equal_contents_give_equal_texts():
    assert text({"b": 1, "a": [1.0, "x"]}) == text({"a": [1.0, "x"], "b": 1}) == '{"a": [1.0, "x"], "b": 1}'
