"""What lies on disk of a data set and of a run with known numbers: tables, records and the arrays of figures."""

from dataclasses import asdict
from hashlib import sha256

import numpy as np
from synthetic_values import DIVERGED, TEST, TRAIN, encoded, values

from bench.records import files
from bench.records.files import read_json, write_array, write_json, write_rows
from bench.records.spec import spec_of

SIDE = 4
COMMIT = "c" * 40
NETWORK = {"extractor": "in_domain", "weights_sha256": "e" * 64}
OF_NETWORK = ("generate", "reevaluate", "reference")  # the steps whose numbers are distances between its features


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
