"""The runs: every variant on every data set, by batches of seeds; in: the merged config, out: plain dictionaries."""

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from workflow import alternatives
from workflow.alternatives import SUPERVISED

# Every other key of a variant is an option of its model.
VARIANT_KEYS = {"model", "datasets", "training", "latent", "for"}
# The measures that rule `encode` takes along. Any other has a job of its own, so that a new one leaves the codes alone.
ENCODED = ("reconstruction", "spectrum")


def batches(seeds: list[int], size: int) -> list[list[int]]:
    """Cut seeds into batches of at most `size` that have no gap, so that first and last name a batch."""
    gapless = groupby(enumerate(sorted(seeds)), lambda pair: pair[1] - pair[0])
    stretches = [[seed for _, seed in group] for _, group in gapless]
    return [stretch[i : i + size] for stretch in stretches for i in range(0, len(stretch), size)]


def label(batch: list[int]) -> str:
    """Name a batch of seeds: `0-4`, or `3` for a single one."""
    return f"{batch[0]}-{batch[-1]}" if len(batch) > 1 else str(batch[0])


def datasets_of(variant: dict[str, Any], config: dict[str, Any]) -> list[str]:
    """Return the data sets a variant runs on: the config's, or those of its own that the config has too."""
    own = variant.get("datasets", config["datasets"])
    return [dataset for dataset in config["datasets"] if dataset in own]


def variants_on(dataset: str, config: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the variants that run on a data set, the supervised one last where images are classified."""
    running = {name: item for name, item in config["variants"].items() if dataset in datasets_of(item, config)}
    return running | ({SUPERVISED: {"model": SUPERVISED}} if dataset in config["classify"]["datasets"] else {})


def runs(config: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield every run: its specification, folder in the results (`path`), tables (`metrics`), measures of `encode`."""
    for dataset in config["datasets"]:
        for variant, settings in variants_on(dataset, config).items():
            yield from batched(dataset, variant, settings, metrics(dataset, variant, config), config)


def retrained(config: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the runs, as `runs` does, of the alternatives that change the training or the data."""
    for dataset, variant, steps in alternatives.trained_again(config):
        running = variants_on(alternatives.base(dataset), config)
        if variant != SUPERVISED and variant in running:
            yield from batched(dataset, variant, running[variant], steps, config)


def batched(
    dataset: str,
    variant: str,
    settings: dict[str, Any],
    steps: list[str],
    config: dict[str, Any],
) -> Iterator[dict[str, Any]]:
    """Yield a variant's runs on a data set, one per batch of seeds, with what measures them."""
    data = alternatives.data_settings(dataset, config)
    changed = alternatives.changes(dataset, config).get("training", {})
    settings = alternatives.own_settings(dataset, variant, settings, config)
    for batch in batches(config["seeds"], config["seeds_per_job"]):
        yield {
            "dataset": dataset,
            "variant": variant,
            "model": settings["model"],
            "options": {key: settings[key] for key in settings if key not in VARIANT_KEYS},
            "seeds": batch,
            "path": f"runs/{dataset}/{variant}/{label(batch)}",
            "metrics": steps,
            "measures": {name: config["measures"][name] for name in ENCODED},
            "latent": settings.get("latent", data["latent"]),
            "architecture": data["architecture"],
            "training": {**config["training"], **data.get("training", {}), **settings.get("training", {}), **changed},
        }


def metrics(dataset: str, variant: str, config: dict[str, Any]) -> list[str]:
    """Return the names of the tables metrics/*.csv that a run has."""
    if variant == SUPERVISED:
        return ["supervise"]
    classified = ["classify"] if dataset in config["classify"]["datasets"] else []
    again = ["reevaluate"] if alternatives.reevaluation(dataset, variant, config) else []
    added = [f"measure/{name}" for name in config["measures"] if name not in ENCODED]
    return ["encode", *classified, "generate", *again, *added]
