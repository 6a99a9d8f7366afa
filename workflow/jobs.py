"""What all jobs share: how one is called, its log, its record of what it cost; and the list of them for the plan."""

from collections.abc import Iterable, Iterator
from functools import partial
from shlex import quote
from typing import Any

from snakemake.io import apply_wildcards
from snakemake.iocontainers import InputFiles, OutputFiles, Wildcards
from snakemake.rules import Rule

from workflow.alternatives import SUPERVISED
from workflow.places import raw_data

# The order of wildcards in the names of logs and benchmarks.
WILDCARDS = ("dataset", "variant", "seeds", "measure")
ENVIRONMENT = "../../environment.yml"  # as seen from workflow/rules/
FETCHING = ("fetch", "fetch_inception")  # they read raw data


def equip(rules: Iterable[Rule], config: dict[str, Any]) -> None:
    """Give every rule that runs a job what all of them have, so that it stands once.

    A log and a benchmark called as the rule and its wildcards, the software environment, the words of its command line
    (`call`), and its device if it asks for GPUs.
    """
    for each in rules:
        if each.shellcmd:
            name = "/".join([each.name, *(f"{{{key}}}" for key in WILDCARDS if key in each.wildcard_names)])
            each.log_modifier = each.benchmark_modifier = each.output_modifier
            each.set_log(f"<logs>/{name}.log")
            each.benchmark = f"<benchmarks>/{name}.tsv"
            each.conda_env = ENVIRONMENT
            device = {"device": config["device"]} if "gpu" in each.resources else {}
            # Where raw data lie is not recorded: moving them reruns nothing.
            raw = {"data-root": str(raw_data(config["data_root"]))} if each.name in FETCHING else {}
            empty = {} if "settings" in dict(each.params.items()) else {"settings": "{}"}
            each.set_params(call=partial(call, each.name, device | raw), **device, **empty)


def call(rule: str, more: dict[str, str], wildcards: Wildcards, input: InputFiles, output: OutputFiles) -> str:
    """Return the words of `python -m bench.job` but for the settings: every named input and output is an option.

    Several files of one name stand in one folder, which is given. Snakemake does not record a parameter that takes
    `output`: all that is in these words is recorded as input, output or parameter.
    """
    named = [pair for pair in [*input.items(), *output.items()] if pair[0] != "code"]
    paths = {name: files if isinstance(files, str) else folder(files) for name, files in named}
    options = [f"--{name} {quote(value)}" for name, value in (paths | more).items()]
    return " ".join([rule, *options, "--code", *map(quote, input.code)])


def folder(files: Iterable[str]) -> str:
    """Return the folder that holds several files."""
    (common,) = {path.rpartition("/")[0] for path in files}
    return common


def jobs(plan: dict[str, Any], rules: dict[str, Rule], root: str) -> Iterator[dict[str, Any]]:
    """Yield every job of a plan but the one that writes it: its rule, wildcards, outputs, log, benchmark, and whether
    it uses a GPU. Paths are relative to the results folder `root`.
    """
    for name, wildcards in planned(plan):
        rule = rules[name]
        outputs, log, benchmark = (
            [apply_wildcards(path, wildcards).removeprefix(f"{root}/") for path in paths]
            for paths in (rule.output, rule.log, [rule.benchmark])
        )
        yield {
            "rule": name,
            "wildcards": wildcards,
            "outputs": outputs,
            "log": log[0],
            "benchmark": benchmark[0],
            "gpu": "gpu" in rule.resources and plan["device"] == "cuda",
        }


def planned(plan: dict[str, Any]) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield the rule and wildcards of every job: those of the data sets, of the runs, of the report."""
    in_domain = plan["config"]["fid"]["extractor"] == "in_domain"
    if not in_domain:
        yield "fetch_inception", {}
    for dataset, compared in data_sets(plan).items():
        yield "fetch", {"dataset": dataset}
        if compared and in_domain:
            yield "fid_extractor", {"dataset": dataset}
        if compared:
            yield "reference", {"dataset": dataset}
    yield "linear_rank", {}
    for run in every_run(plan):
        yield from of_run(run)
    yield from ((rule, {}) for rule in ("aggregate", "judge", "figure", "tables", "index", "check"))


def data_sets(plan: dict[str, Any]) -> dict[str, bool]:
    """Map every data set to whether samples are compared with it; an alternative's may be there for its codes alone."""
    compared = dict.fromkeys(plan["datasets"], True)
    for run in plan["retrained"]:
        compared[run["dataset"]] = "generate" in run["metrics"] or compared.get(run["dataset"], False)
    return compared


def every_run(plan: dict[str, Any]) -> list[dict[str, Any]]:
    """Return every run once: a study's point may be a row's run, and then the row's counts."""
    return list({run["path"]: run for run in plan["studied"] + plan["retrained"] + plan["runs"]}.values())


def of_run(run: dict[str, Any]) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield the rule and wildcards of a run's jobs; a step `measure/NAME` is one of rule `measure`."""
    wildcards = dict(zip(("dataset", "variant", "seeds"), run["path"].split("/")[1:], strict=True))
    if run["model"] != SUPERVISED:
        yield "train", wildcards
    for step in run["metrics"]:
        rule, _, measure = step.partition("/")
        yield rule, wildcards | ({"measure": measure} if measure else {})
