"""A results folder with known numbers: the plan, what its jobs leave, and the tables that follow."""

from paper_config import CONFIG
from synthetic_config import SEEDS, config
from synthetic_runs import write_data, write_run

from bench import aggregate, judge, linear_rank, tables
from bench.records.files import write_json
from workflow.jobs import data_sets, every_run, planned
from workflow.plan import make_plan

PUBLISHED = CONFIG / "paper.csv"
DATA, RUN = "data/{dataset}/", "runs/{dataset}/{variant}/{seeds}/"
# What the rules write; of the report's tables one each.
OUTPUTS = {
    "fetch": [
        f"{DATA}{name}" for name in ("data.json", "train.npy", "train_labels.npy", "test.npy", "test_labels.npy")
    ],
    "fid_extractor": [f"{DATA}fid_extractor.safetensors"],
    "reference": [f"{DATA}reference.safetensors", f"{DATA}reference.csv"],
    "linear_rank": [f"linear_rank/{name}.csv" for name in ("metrics", "trajectories", "summary")],
    "train": [f"{RUN}{name}" for name in ("model.safetensors", "history.csv", "trajectory.csv", "provenance.json")],
    "encode": [f"{RUN}{name}" for name in ("codes/train.npy", "codes/test.npy", "metrics/encode.csv")],
    "classify": [f"{RUN}metrics/classify.csv"],
    "generate": [f"{RUN}samples.safetensors", f"{RUN}metrics/generate.csv"],
    "reevaluate": [f"{RUN}metrics/reevaluate.csv"],
    "supervise": [f"{RUN}metrics/supervise.csv"],
    "measure": [f"{RUN}metrics/measure/{{measure}}.csv"],
    "aggregate": ["tables/metrics.csv"],
    "judge": ["tables/claims.csv"],
    "tables": ["tables.md", "front.json"],
    "index": ["index.html"],
    "check": ["tables/check.csv"],
}


def write_results(folder) -> dict:
    """Write plan.json and everything the report reads before rule `aggregate`, and return the plan."""
    plan = make_plan(config())
    figures = [f"figures/figure_{name}.{kind}" for name in plan["figures"] for kind in ("png", "pdf")]
    plan["jobs"] = [job(*each, OUTPUTS | {"figure": figures}) for each in planned(plan)]
    write_json(folder / "plan.json", plan)
    for dataset in data_sets(plan):
        write_data(folder / "data" / dataset, dataset)
    for run in every_run(plan):
        write_run(folder, run)
    linear_rank.main(settings=plan["config"]["linear_rank"], seeds=SEEDS, results=folder / "linear_rank")
    for each in plan["jobs"]:
        write_benchmark(folder / each["benchmark"])
    return plan


def job(rule, wildcards, outputs) -> dict:
    """Return a job of the plan, its files called as the workflow calls them."""
    name = "/".join([rule, *wildcards.values()])
    return {
        "rule": rule,
        "wildcards": wildcards,
        "outputs": [path.format(**wildcards) for path in outputs[rule]],
        "log": f"logs/{name}.log",
        "benchmark": f"benchmarks/{name}.tsv",
        "gpu": False,
    }


def write_benchmark(path) -> None:
    """Write what Snakemake says of a job: 12.5 s, 700 MiB."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("s\th:m:s\tmax_rss\tio_in\tcpu_time\n12.5\t0:00:12\t700.00\tNA\t20.00\n", encoding="utf-8")


def write_tables(folder) -> None:
    """Make every page and all tables from what `write_results` wrote, as the workflow does."""
    write_numbers(folder)
    tables.main(
        plan=folder / "plan.json", paper=PUBLISHED, pages=folder, front=folder / "front.json", tables=folder / "tables"
    )


def write_numbers(folder) -> None:
    """Make the tables of numbers and verdicts."""
    plan, own = folder / "plan.json", folder / "tables"
    aggregate.main(plan=plan, tables=own)
    judge.main(plan=plan, paper=PUBLISHED, tables=own)
