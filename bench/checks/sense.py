"""Do the numbers make sense: between their limits, better than controls, of networks that learned?"""

from collections.abc import Iterator

import pandas as pd

from bench.checks.folder import Finding, Folder, error, listed, note, warning
from bench.records.gather import REFERENCE

UNTRAINED, PLAIN = "untrained", "ae"
CONTROLS = ("pca", UNTRAINED)
QUALITIES = r"^(?:mse|fid:gmm|fid:gaussian|error:\d+:best)$"
MUCH = 0.1  # of the variance


def limits(folder: Folder) -> Iterator[Finding]:
    """No FID is below that of real images or, but for untrained networks, above that of noise."""
    means = _means(folder)
    for dataset in folder.plan["datasets"]:
        floor = folder.metrics.query("dataset == @dataset and metric == 'fid:real'")["value"].min()
        ceiling = means.get((dataset, REFERENCE, "fid:noise"))
        for run in _variants(folder, dataset):
            for density in ("gaussian", "gmm"):
                value = means.get((dataset, run["variant"], f"fid:{density}"), float("nan"))
                where = f"{dataset}/{run['variant']}, fid:{density}"
                if value < floor:
                    text = f"{value:.4g} is below real images' own {floor:.4g}: memorised or broken; look at its images"
                    yield error("fid", where, text)
                if value > ceiling and run["model"] != UNTRAINED:
                    yield warning(
                        "fid",
                        where,
                        f"{value:.4g} is above {ceiling:.4g}, that of noise; look at its images",
                    )


def controls(folder: Folder) -> Iterator[Finding]:
    """No trained variant is worse than an untrained network unnoticed."""
    means = _means(folder)
    for dataset in folder.plan["datasets"]:
        variants = _variants(folder, dataset)
        untrained = [run["variant"] for run in variants if run["model"] == UNTRAINED]
        for run in (run for run in variants if run["model"] not in CONTROLS):
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
        for run in (run for run in _variants(folder, dataset) if run["model"] not in CONTROLS):
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


def _variants(folder: Folder, dataset: str) -> list[dict]:
    """Return one run of every variant with an autoencoder on a data set."""
    runs = [run for run in folder.plan["runs"] if run["dataset"] == dataset and "encode" in run["metrics"]]
    return list({run["variant"]: run for run in runs}.values())
