"""A small plan and what its jobs leave, for the tests of watching and of costs."""

from bench.records.files import write_json
from bench.watch.rates import seeds_in

NETWORK = {
    "latent": 12,
    "architecture": {"family": "dense", "encoder": [8, 16, 32, 64], "decoder": [32, 16, 8], "decoder_relu": True},
    "training": {"epochs": 2, "batch": 32, "lr": 1e-3, "shuffle": True},
}
TRAIN = 100  # images
REPORT = {"aggregate": "tables/metrics.csv", "tables": "tables.md"}


def small_plan() -> dict:
    """Return a plan: two models of three seeds in two batches and one without training, on data set `digits`."""
    runs = [run(model, seeds) for model in ("ae", "vae", "pca") for seeds in ((0, 1), (2,))]
    jobs = [job("fetch", "digits", outputs=["data/digits/data.json"]), job("linear_rank")]
    for each in runs:
        names = each["path"].split("/")[1:]
        jobs.append(job("train", *names, outputs=[f"{each['path']}/{name}" for name in ("model", "provenance.json")]))
        jobs.append(job("classify", *names, outputs=[f"{each['path']}/metrics/classify.csv"]))
    jobs += [job(rule, outputs=[path]) for rule, path in REPORT.items()]
    return {
        "preset": "quick",
        "device": "cpu",
        "config": {"data": {"digits": {"train": TRAIN}}},
        "runs": runs,
        "retrained": [],
        "studied": [],
        "jobs": jobs,
    }


def run(model, seeds) -> dict:
    """Return a run of the plan, of a variant called as its model."""
    path = f"runs/digits/{model}/{'-'.join(map(str, seeds))}"
    return {
        "dataset": "digits",
        "variant": model,
        "model": model,
        "options": {},
        "seeds": seeds,
        "path": path,
    } | NETWORK


def job(rule, *names, outputs=None) -> dict:
    """Return a job of the plan by its rule, data set, variant and seeds."""
    path = "/".join([rule, *names])
    return {
        "rule": rule,
        "wildcards": dict(zip(("dataset", "variant", "seeds"), names, strict=False)),
        "outputs": outputs or [f"{path}/metrics.csv"],
        "log": f"logs/{path}.log",
        "benchmark": f"benchmarks/{path}.tsv",
        "gpu": False,
    }


def write_plan(folder) -> dict:
    """Write the small plan into a results folder, with the data fetched, and return it."""
    plan = small_plan()
    write_json(folder / "plan.json", plan)
    write_data(folder)
    return plan


def write_data(folder) -> None:
    """Write the record of the plan's data set."""
    write_json(folder / "data/digits/data.json", {"shape": [1, 32, 32], "counts": {"train": TRAIN, "test": 50}})


def finish(folder, job, seconds=25.0) -> None:
    """Leave what a finished job does: outputs, the seconds of it and, of a training, 10 s a seed of its steps."""
    for output in job.outputs:
        (folder / output).parent.mkdir(parents=True, exist_ok=True)
        (folder / output).touch()
    if job.rule == "train":
        steps = 0.0 if job.value("variant") == "pca" else 10.0 * seeds_in(job.value("seeds"))
        record = {"device": "cpu", "device_name": "A processor", "wall_seconds": steps}
        write_json(folder / job.outputs[-1], record)
    if job.rule == "fetch":
        write_data(folder)
    (folder / job.benchmark).parent.mkdir(parents=True, exist_ok=True)
    (folder / job.benchmark).write_text(f"s\th:m:s\tmax_rss\n{seconds}\t0:00:12\t700.00\n", encoding="utf-8")
