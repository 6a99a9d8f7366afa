"""The workflow as Snakemake sees it: what is planned, what an edit reruns, and what stops before any job."""

import csv
import json
import os
import re
import sys
from functools import cache

import pytest
import yaml
from checkout import REPOSITORY, Checkout
from stand_in import SMOKE, STAND_IN

from bench.records.files import read_origin
from workflow import sources

AFTER_RUNS = {"aggregate", "judge", "figure", "tables", "check"}
PAPER, QUICK = ("--config", "preset=paper"), ("--config", "preset=quick")
SEED_BY_SEED = (*SMOKE, "seeds_per_job=1")
RULES = {path.stem for path in (REPOSITORY / "bench").glob("*.py")} - {"__init__"}


@pytest.fixture(scope="module")
def new(tmp_path_factory):
    """A checkout in which nothing has run, to plan in."""
    return Checkout(tmp_path_factory.mktemp("new") / "checkout")


@pytest.fixture(scope="module")
def planned(new):
    """Return a function that maps arguments of a dry-run to the jobs it announces."""
    return cache(new.planned)


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


def rules(jobs):
    return {job["rule"] for job in jobs}


def values(jobs, wildcard, *of):
    """Return the values of a wildcard in jobs, or in those of some rules."""
    chosen = [job["wildcards"] for job in jobs if not of or job["rule"] in of]
    return {wildcards[wildcard] for wildcards in chosen if wildcard in wildcards}


def trained(jobs):
    named = [job["wildcards"] for job in jobs if job["rule"] == "train"]
    return {(wildcards["dataset"], wildcards["variant"]) for wildcards in named}


# What is planned


def test_the_files_in_bench_are_the_rules_that_compute(new):
    listed = new.snakemake("--quiet", "all", "--workflow-profile", "none", "--list-rules").stdout.split()
    assert {*listed} - {"all", "sensitivity", "plan"} == RULES


@pytest.mark.parametrize("config", [PAPER, QUICK, SEED_BY_SEED])
def test_the_plan_lists_the_jobs_that_snakemake_plans(new, planned, config):
    jobs = [job for job in planned(*config) if job["rule"] != "plan"]
    assert all(job["log"] and job["benchmark"] for job in jobs)
    made = new.snakemake("--cores", "1", "plan", *config)
    assert made.returncode == 0, made.stdout
    preset = config[1].removeprefix("preset=")
    plan = json.loads((new.folder / "results" / preset / "plan.json").read_text(encoding="utf-8"))
    assert sorted(plan["jobs"], key=log) == sorted(jobs, key=log)


def log(job):
    return job["log"]


def test_every_job_is_called_by_its_rule_and_prints_into_its_log(new, planned):
    printed = new.snakemake("--dry-run", "--printshellcmds", *SEED_BY_SEED).stdout
    shell = r"^Shell command: python -m bench\.job (\w+) .* > results/smoke/(\S+) 2>&1$"
    jobs = [(job["rule"], job["log"]) for job in planned(*SEED_BY_SEED) if job["rule"] != "plan"]
    assert sorted(re.findall(shell, printed, re.MULTILINE)) == sorted(jobs)


def test_the_rules_that_compute_on_the_device_ask_for_a_gpu(planned):
    paper = planned(*PAPER)
    device = {rule for rule in RULES if "device" in sources.options(REPOSITORY, f"bench/{rule}.py", "main")}
    assert {job["rule"] for job in paper if job["gpu"]} == device & rules(paper)


def test_the_paper_is_planned_without_data_and_without_a_gpu(planned):
    paper = planned(*PAPER)
    assert {
        ("shapes", "irmae-l2"),
        ("mnist", "irmae-l8"),
        ("celeba", "irmae-l4"),
        ("mnist", "pca"),
        ("fashion_mnist", "irmae-l8"),
        ("gaussian2d", "irmae-l2"),
        ("linear", "vae"),
    } <= trained(paper)
    assert values(paper, "seeds") == {"0-4"}
    assert "fetch_inception" in rules(paper)
    assert values(paper, "dataset", "supervise") == {"mnist", "fashion_mnist"}
    (figures,) = [job["outputs"] for job in paper if job["rule"] == "figure"]
    names = [
        *map(str, range(2, 12)), "frontier", "ranking", "depth", "latent", "beta", "nuclear", "linear_rank",
        "bumps-spectrum", "bumps-interpolate", "bumps-gmm", "clothes-gmm",
    ]  # fmt: skip
    assert {*figures} == {f"figures/figure_{name}.{kind}" for name in names for kind in ("png", "pdf")}


def test_what_the_papers_other_protocols_ask_for_is_planned(planned):
    paper = planned(*PAPER)
    again = {pair for pair in trained(paper) if "@" in pair[0]}
    assert {dataset for dataset, _ in again} == {
        "shapes@corner", "shapes@supplement", "shapes@unshuffled", "mnist@unshuffled",
        "shapes@package-chains", "mnist@package-chains",
    }  # fmt: skip
    shapes = {variant for dataset, variant in again if dataset == "shapes@corner"}
    assert shapes == {"ae", "ae-l1", "ae-l2", "irmae-l2", "irmae-l4"}  # what claims compare there
    assert ("mnist@unshuffled", "pca") not in again and ("mnist@unshuffled", "supervised") not in again
    assert values(paper, "dataset", "reevaluate") == {"mnist", "celeba"}


def test_quick_downloads_nothing(planned):
    jobs = planned(*QUICK)
    assert values(jobs, "dataset", "fetch") == {"shapes", "mnist5k"}
    assert "fetch_inception" not in rules(jobs)


def test_the_sensitivity_is_a_target_of_its_own(planned):
    jobs = planned("sensitivity", *QUICK)
    assert {"reevaluate", "aggregate", "judge"} <= rules(jobs)
    assert not {"figure", "tables"} & rules(jobs)


def test_one_seed_per_job_gives_a_job_per_combination(planned):
    jobs = [job for job in planned(*SEED_BY_SEED) if job["rule"] == "train"]
    assert values(jobs, "seeds") == {"0", "1"}
    assert len(jobs) == 2 * len(trained(jobs))


def test_the_command_line_wins_over_the_overlay_and_the_overlay_over_the_paper(checkout):
    config = ("preset=quick", "seeds=[7]", "training={epochs: 3}")
    result = checkout.snakemake("--cores", "1", "results/quick/plan.json", "--config", *config)
    assert result.returncode == 0, result.stdout
    plan = json.loads((checkout.folder / "results/quick/plan.json").read_text(encoding="utf-8"))
    assert plan["seeds"] == [7]  # command line
    assert plan["config"]["training"]["epochs"] == 3  # command line, within a section
    assert plan["device"] == "cpu"  # quick.yaml
    assert plan["config"]["training"]["batch"] == 32  # config.yaml
    assert {run["path"].rsplit("/")[-1] for run in plan["runs"]} == {"7"}


def test_a_run_is_specified_by_what_the_config_and_the_data_say(smoke):
    path = smoke.folder / "results/smoke/runs/mnist5k/irmae-l8/0-1/provenance.json"
    spec = json.loads(path.read_text(encoding="utf-8"))["spec"]
    assert spec["model"] == "irmae"
    assert spec["options"] == {"depth": 8}
    assert spec["seeds"] == [0, 1]
    assert spec["shape"] == [1, 32, 32]
    assert spec["latent"] == 16
    assert spec["training"] == {"epochs": 1, "batch": 32, "lr": 0.001, "shuffle": True}
    assert spec["architecture"]["family"] == "dense"


# What stops


def test_mistakes_stop_all_at_once_before_any_job_with_one_line_each(new):
    result = new.snakemake(
        "--dry-run", "--config", "sedes=3", "training={epcohs: 3}", "seeds=[1,1]", "datasets=[shapes,mnits]",
        "claims={topics: {digits-fid: {claims: {digits-fid-ae: {lower: irmae-l9}}}}}", "measures={spectrun: {}}",
        "sensitivity={retrain: [kid], alternatives: {head-dropout: {classify: {dropuot: 0.5}}}}",
        "variants={irmae-l2: {detph: 3}, irmae-l4: {chain: fixd}, x: {model: irmea}, Y: {model: ae}}",
    )  # fmt: skip
    assert result.returncode == 1
    for beginning in (
        "config: there is no key 'sedes'. Did you mean seeds? There are: claims, classify,",
        "training: there is no key 'epcohs'. Did you mean epochs? There are: batch, epochs, lr, shuffle",
        "seeds: [1, 1] holds something twice",
        "datasets: there is no data set 'mnits'. Did you mean mnist? There are: ",
        "measures: there is no measure 'spectrun'. Did you mean spectrum? There are: ",
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


def test_an_unknown_preset_names_those_that_exist(new):
    result = new.snakemake("--dry-run", "--config", "preset=quikc")
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
def test_a_job_that_asks_for_more_gpus_than_there_are_is_refused_and_not_cut_down(new, arguments, line):
    result = new.snakemake("--dry-run", "results/paper/runs/linear/ae/0-4/model.safetensors", *arguments)
    assert result.returncode == (1 if line else 0), result.stdout
    assert sum("so it can never run" in told for told in result.stdout.splitlines()) == result.returncode
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
    runs = [finished.folder / f"results/smoke/runs/{name}/irmae-l2/0-1" for name in ("shapes", "shapes@corner")]
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
    assert values(jobs, "variant") == {"irmae-l2", "irmae-l8"}
    assert rules(jobs) == {"train", "encode", "classify", "generate", "reevaluate", *AFTER_RUNS}


@pytest.mark.parametrize(("rule", "needing_it"), [("classify", set()), ("generate", {"reevaluate"})])
def test_editing_an_evaluation_trains_and_encodes_nothing(finished, edited, rule, needing_it):
    edited(f"bench/{rule}.py")
    assert rules(finished.planned(*SMOKE)) == {rule, *needing_it, *AFTER_RUNS}


def test_editing_a_data_set_reruns_that_data_sets_jobs_only(finished, edited):
    edited("bench/datasets/mnist5k.py")
    assert values(finished.planned(*SMOKE), "dataset") == {"mnist5k"}


def test_a_new_option_reruns_its_variant_only(finished):
    jobs = finished.planned(*SMOKE, "variants={irmae-l8: {depth: 3}}")
    assert values(jobs, "variant") == {"irmae-l8", "irmae@depth-8"}  # the study's point was this variant's run
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


# A cluster


def test_jobs_ask_slurm_for_memory_and_time_that_grow_whatever_partition_is_given(new):
    profile = ("--profile", "workflow/profiles/slurm", "--default-resources", "slurm_partition=gpu")
    result = new.snakemake("--dry-run", "--attempt", "2", *profile, *SMOKE)
    jobs = re.findall(r"rule (\w+):\n(?: .*\n)*? +resources: .*?, (.*)", result.stdout)
    asked = {rule: re.findall(r"(?:mem_mb|runtime)=(\d+)", resources) for rule, resources in jobs}
    assert asked["train"] == ["32000", "1440"]
    here = {"all", "plan", *AFTER_RUNS}  # run where Snakemake runs
    assert {rule for rule, amounts in asked.items() if len(amounts) < 2} == here


def test_the_slurm_profile_says_what_every_rule_asks_for():
    profile = yaml.safe_load((REPOSITORY / "workflow/profiles/slurm/profile.yaml").read_text(encoding="utf-8"))
    assert set(profile["set-resources"]) == RULES
    assert set(profile["groups"]) <= RULES
