"""The plan: what the config asks for, as runs and figures; in: the merged config, out: plain dictionaries.

Standard library only and no reading of results, so that a dry-run needs neither torch nor data.
"""

import json
import re
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

from workflow import alternatives
from workflow.alternatives import SUPERVISED

PAPER = "paper"  # the preset of config.yaml itself; every other one is an overlay
REFERENCE = "reference"  # how the tables call the floor and ceiling of FID
VARIANT_KEYS = {"model", "datasets", "training"}  # every other key of a variant is an option of its model
# The images that a kind of figure shows; spectra need none.
IMAGES = {
    "interpolate": "interpolate",
    "gaussian": "gaussian",
    "gmm": "gmm",
    "pca_grid": "pca_grid",
    "ablation": "gmm",
}
TABLES = {"frontier": "family", "ranking": "ranking", "study": "studies"}  # what a kind of figure reads; others metrics


def presets(folder: Path) -> dict[str, Path]:
    """Map each preset to its file: those of `folder` with a top-level line `preset: NAME`."""
    found = {}
    for path in sorted(folder.glob("*.yaml")):
        match = re.search(r"^preset: *([\w-]+)", path.read_text(encoding="utf-8"), re.MULTILINE)
        if match:
            found[match[1]] = path
    return found


def typed(value: Any) -> Any:
    """Return a config with keys as text, and with numbers and booleans where a text is one.

    Snakemake reads `--config seeds=[0,1]` as texts, and YAML reads 1e-3 (without a point) as a text.
    """
    if isinstance(value, dict):
        return {str(key): typed(item) for key, item in value.items()}
    if isinstance(value, list):
        return [typed(item) for item in value]
    if not isinstance(value, str):
        return value
    try:
        read = json.loads(value)
    except json.JSONDecodeError:
        return value
    return read if isinstance(read, int | float) else value


def results_root(preset: str) -> str:
    """Return the folder that holds everything a preset writes."""
    return "results" if preset == PAPER else f"results/{preset}"


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
    found = {name: item for name, item in config["variants"].items() if dataset in datasets_of(item, config)}
    return found | ({SUPERVISED: {"model": SUPERVISED}} if dataset in config["classify"]["datasets"] else {})


def runs(config: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield every run: what its spec.json holds, its folder in the results (`path`) and its tables (`metrics`)."""
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
    dataset: str, variant: str, settings: dict[str, Any], steps: list[str], config: dict[str, Any]
) -> Iterator[dict[str, Any]]:
    """Yield a variant's runs on a data set, one per batch of seeds."""
    data = alternatives.data_settings(dataset, config)
    changed = alternatives.changes(dataset, config).get("training", {})
    for batch in batches(config["seeds"], config["seeds_per_job"]):
        yield {
            "dataset": dataset,
            "variant": variant,
            "model": settings["model"],
            "options": {key: settings[key] for key in settings if key not in VARIANT_KEYS},
            "seeds": batch,
            "path": f"runs/{dataset}/{variant}/{label(batch)}",
            "metrics": steps,
            "latent": data["latent"],
            "architecture": data["architecture"],
            "training": {**config["training"], **settings.get("training", {}), **changed},
        }


def metrics(dataset: str, variant: str, config: dict[str, Any]) -> list[str]:
    """Return the names of the tables metrics/*.csv that a run has."""
    if variant == SUPERVISED:
        return ["supervise"]
    classified = ["classify"] if dataset in config["classify"]["datasets"] else []
    again = ["reevaluate"] if alternatives.reevaluation(dataset, variant, config) else []
    return ["spectrum", "reconstruct", *classified, "sample", "fid", *again]


def figures(config: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Map each figure, a number of the paper's or a word for ours, to its kind and panels.

    Whatever else is said of a figure holds for each of its panels.
    """
    found = {}
    for name, figure in config["figures"].items():
        more = {key: value for key, value in figure.items() if key not in ("kind", "panels")}
        panels = [panel(role, variants, config) | more for role, variants in figure.get("panels", {}).items()]
        found[name] = {"kind": figure["kind"], "panels": panels}
    return found


def panel(role: str, variants: list[str], config: dict[str, Any]) -> dict[str, Any]:
    """Return a panel: role, data set (None if it does not run) and those of its variants that run on it."""
    dataset = config["roles"][role]
    running = [name for name in variants if dataset in datasets_of(config["variants"][name], config)]
    return {"role": role, "dataset": dataset if dataset in config["datasets"] else None, "variants": running}


def figure_images(plan: dict[str, Any], name: str) -> list[str]:
    """Return the images a figure shows, relative to the results root: those of the first batch of seeds."""
    figure = plan["figures"][name]
    if figure["kind"] not in IMAGES:
        return []
    first = label(batches(plan["seeds"], plan["config"]["seeds_per_job"])[0])
    return [
        f"runs/{panel['dataset']}/{variant}/{first}/images/{IMAGES[figure['kind']]}.npy"
        for panel in figure["panels"]
        for variant in panel["variants"]
    ]


def make_plan(config: dict[str, Any]) -> dict[str, Any]:
    """Return everything that later steps need to know about the config, ready to be written as plan.json."""
    return {
        "preset": config["preset"],
        "device": config["device"],
        "datasets": {name: {"settings": config["data"][name]} for name in config["datasets"]},
        "roles": config["roles"],
        "seeds": sorted(config["seeds"]),
        "runs": list(runs(config)),
        "retrained": list(retrained(config)),
        "claims": list(alternatives.claims(config)),
        "figures": figures(config),
        "config": config,
    }


def spec(run: dict[str, Any]) -> dict[str, Any]:
    """Return spec.json without the images' shape, which is known once the data are there."""
    return {key: value for key, value in run.items() if key not in ("path", "metrics")}


def text(content: Any) -> str:
    """Return JSON with sorted keys: equal contents give equal texts, which is what Snakemake compares."""
    return json.dumps(content, sort_keys=True)
