"""A results folder with known numbers, for the tests of aggregate, figure and tables."""

from dataclasses import asdict
from hashlib import sha256
from pathlib import Path

import numpy as np
import yaml

from bench import aggregate, judge, linear_rank, tables
from bench.records import files
from bench.records.files import read_json, write_array, write_json, write_rows
from bench.records.spec import spec_of
from workflow.jobs import data_sets, every_run, planned
from workflow.plan import make_plan, typed

CONFIG = Path(__file__).resolve().parent.parent / "config"
PAPER = CONFIG / "paper.csv"

SEEDS = [0, 1, 2]
LATENT = 12
TRAIN, TEST = 4000, 1000
# First seed's value; seed s adds s, so over three seeds the mean is the value + 1 and the sd 1.
ERRORS = {"ae": 30.0, "vae": 20.0, "irmae": 10.0, "supervised": 28.0}
FIDS = {"ae": 38.0, "vae": 31.0, "irmae": 33.0}
DIVERGED = ("mnist5k", "vae", 0)  # one seed of one run
# Those that the numbers are of, and one that trains again.
ALTERNATIVES = ("first-labels", "test-codes", "unshuffled", "kid", "rank-1e-3", "last-epoch", "corner")
SIDE = 4
COMMIT = "c" * 40
NETWORK = {"extractor": "in_domain", "weights_sha256": "e" * 64}
OF_NETWORK = ("generate", "reevaluate", "reference")  # the steps whose numbers are distances between its features
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


def config() -> dict:
    """Return a small config of two data sets; no part for the faces runs."""
    paper = typed(yaml.safe_load((CONFIG / "config.yaml").read_text(encoding="utf-8")))
    claims = typed(yaml.safe_load((CONFIG / "claims.yaml").read_text(encoding="utf-8")))
    alternatives = paper["sensitivity"]["alternatives"]
    data = {"latent": LATENT, "components": 4, "architecture": paper["data"]["mnist"]["architecture"]}
    return {
        **claims,
        "verdicts": paper["verdicts"],
        "sensitivity": {
            "alternatives": {name: alternatives[name] for name in ALTERNATIVES},
            "retrain": ["unshuffled"],
            "budgets": [10],
            "crossed": {"budgets": [10], "seeds": 2},
        },
        "preset": "quick",
        "device": "cpu",
        "seeds": SEEDS,
        "seeds_per_job": 2,
        "datasets": ["shapes", "mnist5k"],
        "roles": {"shapes": "shapes", "digits": "mnist5k", "faces": "celeba", "lines": "linear"},
        "trajectory": {"points": 3, "images": 250},
        "training": {"epochs": 2, "batch": 32, "lr": 1e-3, "shuffle": True},
        "variants": {
            "ae": {"model": "ae"},
            "vae": {"model": "vae", "datasets": ["mnist5k"], "training": {"lr": 5e-4}},
            "irmae": {"model": "irmae", "depth": 8, "for": {"shapes": {"depth": 2}}},
            "irmae-shared": {"model": "irmae", "depth": 8, "chain": "shared", "datasets": []},
            "pca": {"model": "pca"},
        },
        "data": {"shapes": data | {"colours": "rgb"}, "mnist5k": data, "celeba": data},
        "studies": {
            "depth": {
                "does": "number of matrices",
                "option": "depth",
                "values": [4, 8],  # 8 is the run of irmae
                "variants": {"irmae": {"model": "irmae"}},
                "datasets": ["mnist5k"],
            }
        },
        "linear_rank": paper["linear_rank"]
        | {"size": 6, "latent": 3, "ranks": [2], "depths": [0, 1], "scales": [1], "steps": 3, "samples": 20},
        "classify": {
            "datasets": ["mnist5k"],
            "budgets": [10, 100, 10000],
            "subset": "stratified",
            "hidden": 128,
            "dropout": 0.0,
            "batch": 100,
            "epochs": 20,
            "least_steps": 500,
            "evaluate_every": 10,
            "most_steps": 50,
            "lr": 1e-3,
        },
        "sample": {"count": 1000, "covariance_floor": 1e-6},
        "measures": {
            "reconstruction": {},
            "spectrum": {"thresholds": [0.01, 0.001]},
            "mine": {},
        },
        "interpolate": {"pairs": 3, "steps": 5},
        "pca_grid": {"size": 4, "extent": 2.0},
        "fid": {"extractor": "in_domain", "reference": "test", "pairs": 500},
        "family": {
            "left_out": ["irmae-shared"],
            "methods": {"AE": ["ae"], "VAE": ["vae"], "IRMAE": ["irmae"], "PCA": ["pca"]},
            "against": ["AE", "IRMAE"],
            "ranked_by": ["fid:gmm", "error:100:best"],
            "frontier": {"rank": "effective_rank", "quality": ["fid:gmm", "explained_variance"]},
        },
        "figures": {
            "linear_rank": {"kind": "linear_rank"},
            "2": {"kind": "spectrum", "panels": {"shapes": ["ae", "irmae"]}},
            "4": {"kind": "spectrum", "panels": {"digits": ["ae", "vae", "irmae"], "faces": ["ae"]}},
            "5": {"kind": "interpolate", "panels": {"digits": ["ae", "vae", "irmae"]}},
            "6": {"kind": "gaussian", "panels": {"digits": ["ae", "irmae"], "faces": ["ae"]}},
            "7": {"kind": "gmm", "panels": {"digits": ["ae", "irmae"], "faces": ["ae"]}},
            "8": {"kind": "pca_grid", "panels": {"digits": ["ae", "irmae"]}},
            "9": {
                "kind": "ablation",
                "title": "Figures 9 to 11",
                "panels": {"digits": ["ae", "irmae", "irmae-shared"]},
            },
            "trajectory": {
                "kind": "trajectory",
                "panels": {"shapes": ["ae", "irmae", "pca"], "digits": ["ae", "vae"]},
            },
            "frontier": {"kind": "frontier"},
            "ranking": {"kind": "ranking"},
            "depth": {"kind": "study"},
        },
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
        plan=folder / "plan.json", paper=PAPER, pages=folder, front=folder / "front.json", tables=folder / "tables"
    )


def write_numbers(folder) -> None:
    """Make the tables of numbers and verdicts."""
    plan, own = folder / "plan.json", folder / "tables"
    aggregate.main(plan=plan, tables=own)
    judge.main(plan=plan, paper=PAPER, tables=own)


def origin(step, model="", **more) -> dict:
    """Return where a table of numbers comes from; every step of every model has code of its own."""
    network = NETWORK if step in OF_NETWORK else {}
    code = sha256(f"{step} {model}".encode()).hexdigest()
    return {"step": step, "commit": COMMIT, "code": code, "dirty": False, **network, **more}


def write_data(folder, dataset) -> None:
    """Write a data set's record and its reference rows."""
    shape = [3 if dataset.startswith("shapes") else 1, SIDE, SIDE]
    images = np.broadcast_to(np.arange(8, dtype=np.uint8).reshape(8, 1, 1, 1), (8, *shape))
    for split in ("train", "test"):
        write_array(folder / f"{split}.npy", images)
    record = {
        "name": "digits",  # whose true images between two nobody knows
        "title": {"shapes": "shapes", "mnist5k": "mnist5k (digits)"}[dataset.split("@")[0]],
        "counts": {"train": TRAIN, "test": TEST},
        "shape": shape,
        "sha256": {f"{split}.npy": files.sha256(folder / f"{split}.npy") for split in ("train", "test")},
    }
    write_json(folder / "data.json", record)
    rows = [(0, "fid:real", 2.0), (1, "fid:real", 4.0), (0, "kid:real", 0.001), (1, "kid:real", 0.003)]
    rows += [(seed, f"{name}:real", 0.9) for name in ("precision", "recall") for seed in (0, 1)]
    for name, fid in (("noise", 500.0), ("blank", 300.0), ("mean", 200.0)):
        scores = {"fid": fid, "kid": fid / 1000, "precision": float(name == "mean"), "recall": 0.0}
        rows += [(0, f"{metric}:{name}", value) for metric, value in scores.items()]
        rows.append((0, f"interpolation:{name}", fid / 50))
    rows += [(0, "interpolation:real", 0.0), (0, "interpolation:blend", 1.0)]
    rows += [(0, "interpolation_fid:real", 3.0), (0, "interpolation_fid:blend", 43.0)]
    # The true images halfway are known of one data set.
    rows += [(0, "midpoint_error:blend", 0.3)] * (dataset == "shapes")
    write_rows(folder / "reference.csv", rows, origin("reference", data_sha256=record["sha256"]["train.npy"]))


def values(run, seed) -> dict[str, dict[str, float]]:
    """Return the values of a run's metrics by table; those of the diverged seed are not numbers."""
    apart = 1e-6 * ("irmae" in run["variant"] and seed == 0)  # differences that are all equal decide no claim
    error, fid = ERRORS.get(run["variant"], 40.0) + apart, FIDS.get(run["variant"], 60.0) + seed + apart
    classified = {
        f"error:{budget}:{reading}": error + seed
        for budget in (10, 100, TRAIN)
        for reading in ("best", "last", "held_out")
    }
    tables = {
        "encode": encoded(run, seed),
        "classify": classified,
        "supervise": classified,
        "generate": {
            "gmm_converged": 1.0,
            "gmm_iterations": 9.0,
            "count:samples": 1000.0,
            "count:reference": float(TEST),
            "fid:gaussian": fid + 5,
            "fid:gmm": fid,
            "kid:gaussian": 0.02,
            "kid:gmm": 0.01,
            "precision:gaussian": 0.6,
            "precision:gmm": 0.7,
            "recall:gaussian": 0.4,
            "recall:gmm": 0.5,
            "count:pairs": 500.0,
            "interpolation:ends": 0.2,
            "interpolation:middle": 0.5 + 0.01 * seed,
        }
        | ({"midpoint_error": 0.15} if run["dataset"] == "shapes" else {}),
        # By the other protocol IRMAE classifies worse, the VAE better; every autoencoder with two draws of labels.
        "reevaluate": {
            "first-labels/error:10:best": 60.0 - error + seed,
            "first-labels/least_error:10": 29.6,
            "test-codes/fid:gmm": fid + 1,
            "crossed-0/error:10:best": error + seed,
            "crossed-1/error:10:best": error + seed,
        },
        "measure/mine": {"mine": 0.001 + 0.0005 * seed, "mine:largest": 30.0},
    }
    if (run["dataset"], run["variant"], seed) == DIVERGED:
        return {step: {m: v if m.startswith("count:") else np.nan for m, v in t.items()} for step, t in tables.items()}
    return tables


def encoded(run, seed) -> dict[str, float]:
    """Return the values of the measures that rule `encode` takes along."""
    decay = 0.3 if "irmae" in run["variant"] else 0.8
    # Seeds differ, but in no decimal that a table shows.
    spectrum = {f"singular_value:{index}": decay**index * (1 - 1e-6 * seed * (index > 0)) for index in range(LATENT)}
    spectrum |= {"rank:0.01": 5.0 + seed, "rank:0.001": 6.0, "effective_rank": 3.5, "largest_singular_value": 1.0}
    penalised = {"penalty_share": 0.25 + 0.01 * seed} if run["variant"] == "vae" else {}
    return {"mse": 0.01, "explained_variance": 0.8} | penalised | spectrum


def write_run(results, run) -> None:
    """Write a run's metrics, history, provenance and images."""
    folder, spec = results / run["path"], spec_of(run, read_json(results / "data" / run["dataset"] / "data.json"))
    for step in run["metrics"]:
        # In reverse, so that the order of the gathered table is aggregate's own doing.
        rows = [
            (seed, name, value)
            for seed in reversed(run["seeds"])
            for name, value in reversed(values(run, seed)[step].items())
        ]
        write_rows(folder / "metrics" / f"{step}.csv", rows, origin(step, run["model"], spec_sha256=spec.digest))
    if run["model"] != "supervised":
        write_training(folder, run, spec)
    if run["model"] != "supervised" and "@" not in run["dataset"]:
        write_images(folder / "images", run)


def write_training(folder, run, spec) -> None:
    """Write history.csv (header only for a model without training) and provenance.json."""
    epochs = (
        []
        if run["model"] == "pca"
        else [f"{seed},{epoch},{0.5 - 0.1 * epoch + 0.01 * seed}" for seed in run["seeds"] for epoch in (1, 2)]
    )
    (folder / "history.csv").write_text("\n".join(["seed,epoch,loss", *epochs]) + "\n")
    write_trajectory(folder / "trajectory.csv", run)
    made = origin("train", run["model"], spec_sha256=spec.digest)
    record = {
        **{key: made[key] for key in made if key != "step"},
        "spec": asdict(spec),
        "data_sha256": read_json(folder.parents[3] / "data" / run["dataset"] / "data.json")["sha256"]["train.npy"],
        "tf32": False,
        "execution": "eager",
        "device": "cpu",
        "device_name": "A processor",
        "torch": "2.11.0",
        "diverged": [seed for seed in run["seeds"] if (run["dataset"], run["variant"], seed) == DIVERGED],
        "parameters": 1000,
        "peak_memory_bytes": 2**30,
        "peak_device_memory_bytes": 0,
        "wall_seconds": 0.0 if run["model"] == "pca" else 10.0,
    }
    write_json(folder / "provenance.json", record)


def write_trajectory(path, run) -> None:
    """Write what was seen along a training that ends as its metrics say; a seed that diverges does so on the way."""
    rows = []
    for seed in [] if run["model"] == "pca" else run["seeds"]:
        end = encoded(run, seed)
        for step, share, explained in ((1, 0.2, -1.0), (16, 0.5, 0.5), (250, 1.0, 0.8)):
            seen = {name: share * end[name] for name in ("rank:0.01", "rank:0.001", "effective_rank")}
            seen |= {"mse": 0.05 * (1 - explained), "explained_variance": explained}
            gone = step > 1 and (run["dataset"], run["variant"], seed) == DIVERGED
            rows += [f"{seed},{step},{name},{'' if gone else value}" for name, value in seen.items()]
    path.write_text("\n".join(["seed,step,metric,value", *rows]) + "\n")


def write_images(folder, run) -> None:
    """Write the arrays of the figures: a ramp per image; black where a seed diverged, and PCA's too."""
    shape = (3 if run["dataset"] == "shapes" else 1, SIDE, SIDE)
    seeds, black = len(run["seeds"]), run["variant"] in (DIVERGED[1], "pca")
    ramp = np.linspace(0, 255, int(np.prod(shape))).reshape(shape).astype(np.uint8) * (not black)
    for name, axes in {"interpolate": (3, 5), "pca_grid": (4, 4), "gaussian": (100,), "gmm": (100,)}.items():
        write_array(folder / f"{name}.npy", np.broadcast_to(ramp, (seeds, *axes, *shape)))
