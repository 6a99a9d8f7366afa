"""The workflow as Snakemake sees it: what is planned, and what stops before any job."""

import json
import re
from functools import cache

import pytest
import yaml
from checkout import REPOSITORY, Checkout, rules, trained, values
from stand_in import SMOKE

from workflow import sources

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


# What is planned


def test_the_files_in_bench_are_the_rules_that_compute(new):
    listed = new.snakemake("--quiet", "all", "--workflow-profile", "none", "--list-rules").stdout.split()
    assert {*listed} - {"all", "sensitivity", "plan"} == RULES


@pytest.mark.parametrize("config", [PAPER, QUICK, SEED_BY_SEED])
def test_the_plan_lists_the_jobs_that_snakemake_plans(new, planned, config):
    jobs = [job for job in planned(*config) if job["rule"] not in ("plan", "front_page")]  # those write elsewhere
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
        ("shapes", "irmae"),
        ("mnist", "irmae"),
        ("celeba", "irmae"),
        ("mnist", "pca"),
        ("fashion_mnist", "irmae"),
        ("gaussian2d", "irmae"),
        ("linear", "vae"),
    } <= trained(paper)
    assert values(paper, "seeds") == {"0-4"}
    assert "fetch_inception" in rules(paper)
    assert values(paper, "dataset", "supervise") == {"mnist", "fashion_mnist"}
    (figures,) = [job["outputs"] for job in paper if job["rule"] == "figure"]
    names = [
        *map(str, range(2, 10)), "trajectory", "frontier", "ranking", "linear_rank", "depth", "latent", "beta",
        "nuclear", "bumps-spectrum", "bumps-interpolate", "bumps-gmm", "clothes-gmm",
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
    assert shapes == {"ae", "ae-l1", "ae-l2", "irmae", "irmae-l4"}  # what claims compare there
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
    path = smoke.folder / "results/smoke/runs/mnist5k/irmae/0-1/provenance.json"
    spec = json.loads(path.read_text(encoding="utf-8"))["spec"]
    assert spec["model"] == "irmae"
    assert spec["options"] == {"depth": 8}
    assert spec["seeds"] == [0, 1]
    assert spec["shape"] == [1, 32, 32]
    assert spec["latent"] == 16
    assert spec["training"] == {"epochs": 2, "batch": 16, "lr": 0.001, "shuffle": True}
    assert spec["architecture"]["family"] == "dense"


# What stops


def test_mistakes_stop_all_at_once_before_any_job_with_one_line_each(new):
    result = new.snakemake(
        "--dry-run", "--config", "sedes=3", "training={epcohs: 3}", "seeds=[1,1]", "datasets=[shapes,mnits]",
        "claims={topics: {digits-fid: {claims: {digits-fid-ae: {lower: irmae-l9}}}}}", "measures={spectrun: {}}",
        "sensitivity={retrain: [kid], alternatives: {head-dropout: {classify: {dropuot: 0.5}}}}",
        "variants={irmae: {detph: 3}, irmae-l4: {chain: fixd}, x: {model: irmea}, Y: {model: ae}}",
    )  # fmt: skip
    assert result.returncode == 1
    for beginning in (
        "config: there is no key 'sedes'. Did you mean seeds? There are: claims, classify,",
        "training: there is no key 'epcohs'. Did you mean epochs? There are: batch, epochs, lr, shuffle",
        "seeds: [1, 1] holds something twice",
        "datasets: there is no data set 'mnits'. Did you mean mnist? There are: ",
        "measures: there is no measure 'spectrun'. Did you mean spectrum? There are: ",
        "variants.irmae: there is no option 'detph'. Did you mean depth? There are: chain, depth",
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
    message = "preset: there is no preset 'quikc'. Did you mean quick? There are: laptop, paper, quick, smoke"
    assert message in result.stdout.splitlines()


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["--resources", "gpu=0"], "asks for gpu=1 and there are 0 in all, so it can never run"),
        (["--resources", "gpu=1", "--set-resources", "train:gpu=2"], "train asks for gpu=2 and there are 1 in all"),
        (["--resources", "gpu=0", "--profile", "profiles/slurm", "--executor", "local"], None),
    ],
)
def test_a_job_that_asks_for_more_gpus_than_there_are_is_refused_and_not_cut_down(new, arguments, line):
    result = new.snakemake("--dry-run", "results/paper/runs/linear/ae/0-4/model.safetensors", *arguments)
    assert result.returncode == (1 if line else 0), result.stdout
    assert sum("so it can never run" in told for told in result.stdout.splitlines()) == result.returncode
    assert (line or "") in result.stdout


# A cluster


def test_jobs_ask_slurm_for_memory_and_time_that_grow_whatever_partition_is_given(new):
    profile = ("--profile", "profiles/slurm", "--default-resources", "slurm_partition=gpu")
    result = new.snakemake("--dry-run", "--attempt", "2", *profile, *SMOKE)
    jobs = re.findall(r"rule (\w+):\n(?: .*\n)*? +resources: .*?, (.*)", result.stdout)
    asked = {rule: re.findall(r"(?:mem_mb|runtime)=(\d+)", resources) for rule, resources in jobs}
    assert asked["train"] == ["32000", "1440"]
    # Run where Snakemake runs.
    here = {"all", "plan", "aggregate", "judge", "figure", "tables", "index", "check", "front_page"}
    assert {rule for rule, amounts in asked.items() if len(amounts) < 2} == here


def test_the_slurm_profile_says_what_every_rule_asks_for():
    profile = yaml.safe_load((REPOSITORY / "profiles/slurm/config.yaml").read_text(encoding="utf-8"))
    assert set(profile["set-resources"]) == RULES
    assert set(profile["groups"]) <= RULES
