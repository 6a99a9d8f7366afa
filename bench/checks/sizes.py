"""Was everything measured with as many samples, labels, singular values and epochs as the config asks for?"""

from collections.abc import Iterator
from typing import Any

from bench.checks.folder import AGAIN, Finding, Folder, error

Sizes = Iterator[tuple[str, set, set]]


def counts(folder: Folder) -> Iterator[Finding]:
    """There are as many samples, labels, thresholds and singular values as the config asks for."""
    for run in folder.runs:
        if run["dataset"] not in folder.records:
            continue  # found by `complete` or `readable`
        for step, path in folder.steps(run).items():
            for what, measured, wanted in _sizes(folder, run, step):
                if measured != wanted:
                    text = f"{what}: {sorted(measured)}, the config asks for {sorted(wanted)}; {AGAIN}"
                    yield error("counts", folder.name(path), text)


def _sizes(folder: Folder, run: dict[str, Any], step: str) -> Sizes:
    """Yield what a table was measured with, as found and as wanted."""
    config, rows = folder.plan["config"], folder.content[folder.steps(run)[step]]
    images = folder.records[run["dataset"]]["counts"]
    if step == "generate":
        counts = {"samples": config["sample"]["count"], "reference": images[config["fid"]["reference"]]}
        counts |= {"pairs": min(config["fid"]["pairs"], images["test"] // 2)}
        for name, count in counts.items():
            metric = f"count:{name}"
            yield metric, set(rows.loc[rows["metric"] == metric, "value"]), {float(count)}
    if step == "encode":
        values = rows[rows["metric"].str.startswith("singular_value:")].groupby("seed").size()
        yield "singular values", set(values), {run["latent"]}
        ranks = {name for name in rows["metric"] if name.startswith("rank:")}
        yield "ranks", ranks, {f"rank:{threshold:g}" for threshold in run["measures"]["spectrum"]["thresholds"]}
    if step in ("classify", "supervise"):
        labels = {int(name.split(":")[1]) for name in rows["metric"] if name.startswith("error:")}
        yield "numbers of labels", labels, {min(budget, images["train"]) for budget in config["classify"]["budgets"]}


def epochs(folder: Folder) -> Iterator[Finding]:
    """Every seed of a model that trains has the loss of every epoch."""
    for run in folder.trained:
        path, record = folder.root / run["path"] / "history.csv", folder.provenance[run["path"]]
        if path not in folder.content:
            continue  # found by `complete` or `readable`
        # A closed form and an untrained network take no step, whatever their config says, and no time.
        wanted = record["spec"]["training"]["epochs"] if record["wall_seconds"] else 0
        rows = folder.content[path]
        for seed in sorted({*run["seeds"], *rows["seed"]}):
            present = rows.loc[rows["seed"] == seed, "epoch"].tolist()
            if seed not in run["seeds"] or sorted(present) != list(range(1, wanted + 1)):
                yield error("counts", folder.name(path), f"seed {seed} has {len(present)} epochs of {wanted}; {AGAIN}")
