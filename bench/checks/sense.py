"""Do the numbers make sense: between their limits, better than controls, of networks that learned?"""

from collections.abc import Iterator

import pandas as pd

from bench.checks.folder import Finding, Folder, error, listed, note, warning
from bench.records.names import CONTROLS, REFERENCE, UNREAL

UNTRAINED, PLAIN = "untrained", "ae"
UNLEARNED = ("pca", UNTRAINED)
YARDSTICKS = ("fid", "kid", "interpolation")
JUDGED = {"fid:gaussian": "fid", "fid:gmm": "fid", "interpolation:middle": "interpolation"}  # by which yardstick
QUALITIES = r"^(?:mse|fid:gmm|fid:gaussian|error:\d+:best)$"
MUCH = 0.1  # of the variance


def yardsticks(folder: Folder) -> Iterator[Finding]:
    """No yardstick finds noise, blank images or the pixel mean as good as real images.

    Precision alone may, of one image that could be real: it is no yardstick without recall.
    """
    scores = _scores(folder)
    for dataset in folder.plan["datasets"]:
        for metric in YARDSTICKS:
            real = scores.get((dataset, f"{metric}:real"), float("nan"))
            if preferred := [
                CONTROLS[name] for name in UNREAL if scores.get((dataset, f"{metric}:{name}"), real) <= real
            ]:
                text = f"finds {listed(preferred)} as good as real images: what it says of a model is worth nothing"
                yield error("yardstick", f"{dataset}, {metric}", text)


def limits(folder: Folder) -> Iterator[Finding]:
    """No model is nearer to real images than real images are or, but for untrained networks, as far as what is none."""
    means, scores = _means(folder), _scores(folder)
    for dataset in folder.plan["datasets"]:
        for run in _variants(folder, dataset):
            for metric, kind in JUDGED.items():
                value = means.get((dataset, run["variant"], metric), float("nan"))
                where = f"{dataset}/{run['variant']}, {metric}"
                least = scores.get((dataset, f"{kind}:real"), -float("inf"))
                if value < least:
                    text = f"{value:.4g} is below real images' own {least:.4g}: memorised or broken; look at its images"
                    yield error(kind, where, text)
                as_good = [name for name in UNREAL if value >= scores.get((dataset, f"{kind}:{name}"), float("inf"))]
                if as_good and run["model"] != UNTRAINED:
                    names = listed(CONTROLS[name] for name in as_good)
                    text = f"{value:.4g} is no better than that of {names}; look at its images"
                    yield warning(kind, where, text)


def controls(folder: Folder) -> Iterator[Finding]:
    """No trained variant is worse than an untrained network unnoticed."""
    means = _means(folder)
    for dataset in folder.plan["datasets"]:
        variants = _variants(folder, dataset)
        untrained = [run["variant"] for run in variants if run["model"] == UNTRAINED]
        for run in (run for run in variants if run["model"] not in UNLEARNED):
            own = means[dataset, run["variant"]].filter(regex=QUALITIES)
            beaten = [
                m
                for control in untrained
                for m, v in own.items()
                if means.get((dataset, control, m), float("inf")) <= v
            ]
            if beaten:
                names = listed(dict.fromkeys(beaten), 9)
                text = f"an untrained network is as good in {names}: those numbers owe nothing to training"
                yield warning("controls", f"{dataset}/{run['variant']}", text)


def learned(folder: Folder) -> Iterator[Finding]:
    """Losses went down, and the codes hold the images."""
    for (dataset, variant, seed), losses in folder.history.groupby(["dataset", "variant", "seed"], sort=False)["loss"]:
        if len(losses) > 1 and not losses.isna().any() and losses.iloc[-1] >= losses.iloc[0]:
            change = f"{losses.iloc[0]:.4g} to {losses.iloc[-1]:.4g}"
            text = f"the loss of seed {seed} went from {change}: it did not learn; lower its lr"
            yield warning("loss", f"{dataset}/{variant}", text)
    means = _means(folder)
    for dataset in folder.plan["datasets"]:
        plain = means.get((dataset, PLAIN, "explained_variance"), float("nan"))
        for run in (run for run in _variants(folder, dataset) if run["model"] not in UNLEARNED):
            value = means.get((dataset, run["variant"], "explained_variance"), float("nan"))
            where = f"{dataset}/{run['variant']}"
            if value <= 0:
                yield warning(
                    "learned",
                    where,
                    f"explains {value:.2f} of the variance: it learned nothing and its rank means nothing",
                )
            elif value < plain - MUCH:
                yield note(
                    "learned",
                    where,
                    f"explains {value:.2f} of the variance, {PLAIN} {plain:.2f}: its rank is that of a worse code",
                )


def _means(folder: Folder) -> pd.Series:
    return folder.metrics.groupby(["dataset", "variant", "metric"])["value"].mean()


def _scores(folder: Folder) -> pd.Series:
    """Return what the controls score, of several sets of one kind the least."""
    rows = folder.metrics[folder.metrics["variant"] == REFERENCE]
    return rows.groupby(["dataset", "metric"])["value"].min()


def _variants(folder: Folder, dataset: str) -> list[dict]:
    """Return one run of every variant with an autoencoder on a data set."""
    runs = [run for run in folder.plan["runs"] if run["dataset"] == dataset and "encode" in run["metrics"]]
    return list({run["variant"]: run for run in runs}.values())
