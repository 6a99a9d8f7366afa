"""The plan: what the config asks for, as runs and figures; in: the merged config, out: plain dictionaries.

Standard library only and no reading of results, so that a dry-run needs neither torch nor data.
"""

import json
from typing import Any

from workflow import alternatives
from workflow.runs import batches, datasets_of, label, retrained, runs
from workflow.studies import studied

PAPER = "paper"  # the preset of config.yaml itself; every other one is an overlay
# What specifies a run, beside the images' shape.
SPECIFIED = ("dataset", "variant", "model", "options", "seeds", "latent", "architecture", "training")
# The decoded images that a kind of figure shows, and the real ones; spectra need none.
IMAGES = {
    "interpolate": (["interpolate"], ["test"]),
    "gaussian": (["interpolate", "gaussian"], ["test", "train"]),  # the ends of interpolations are reconstructions
    "gmm": (["interpolate", "gmm"], ["test", "train"]),
    "pca_grid": (["pca_grid"], []),
    "ablation": (["gmm"], []),
}
RANKED = 3  # data sets from which on ranks can differ by more than their critical difference at the level of 0.05


def typed(value: Any) -> Any:
    """Return a config with keys as text, and with numbers, booleans and null where a text is one.

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
    return read if isinstance(read, int | float | None) else value


def results_root(preset: str) -> str:
    """Return the folder that holds everything a preset writes."""
    return f"results/{preset}"


def figures(config: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Map each figure, a number of the paper's or a word for ours, to its kind, title and panels."""
    return {
        name: {
            "kind": figure["kind"],
            "title": figure.get("title", f"Figure {name}" if name.isdigit() else name.replace("_", " ").capitalize()),
            "panels": [panel(role, variants, config) for role, variants in figure.get("panels", {}).items()],
        }
        for name, figure in config["figures"].items()
        if drawn(name, figure, config)
    }


def drawn(name: str, figure: dict[str, Any], config: dict[str, Any]) -> bool:
    """Tell whether there is something to draw: one of ours needs a data set that runs, or its study, and a ranking so
    many data sets that it can show something.

    The paper's figures are all there, empty ones say why.
    """
    if figure["kind"] == "ranking":
        return len(config["datasets"]) >= RANKED
    if figure["kind"] == "study":
        return bool(set(config["studies"][name]["datasets"]) & set(config["datasets"]))
    roles = figure.get("panels", {})
    return name.isdigit() or not roles or any(config["roles"][role] in config["datasets"] for role in roles)


def panel(role: str, variants: list[str], config: dict[str, Any]) -> dict[str, Any]:
    """Return a panel: role, data set (None if it does not run) and those of its variants that run on it."""
    dataset = config["roles"][role]
    running = [name for name in variants if dataset in datasets_of(config["variants"][name], config)]
    return {"role": role, "dataset": dataset if dataset in config["datasets"] else None, "variants": running}


def figure_images(plan: dict[str, Any], name: str) -> list[str]:
    """Return the images a figure shows, relative to the results root: of runs those of the first batch of seeds."""
    figure = plan["figures"][name]
    if figure["kind"] not in IMAGES:
        return []
    decoded, real = IMAGES[figure["kind"]]
    first = label(batches(plan["seeds"], plan["config"]["seeds_per_job"])[0])
    running = [panel for panel in figure["panels"] if panel["variants"]]
    return [
        f"runs/{panel['dataset']}/{variant}/{first}/images/{image}.npy"
        for panel in running
        for variant in panel["variants"]
        for image in decoded
    ] + [f"data/{panel['dataset']}/{split}.npy" for panel in running for split in real]


def make_plan(config: dict[str, Any]) -> dict[str, Any]:
    """Return everything that later steps need to know about the config, ready to be written as plan.json."""
    rows = list(runs(config))
    return {
        "preset": config["preset"],
        "device": config["device"],
        "datasets": {name: {"settings": config["data"][name]} for name in config["datasets"]},
        "roles": config["roles"],
        "seeds": sorted(config["seeds"]),
        "runs": rows,
        "retrained": list(retrained(config)),
        "studied": list(studied(config, rows)),
        "claims": list(alternatives.claims(config)),
        "figures": figures(config),
        "config": config,
        "unfinished": "",  # or how much of it is there (workflow/so_far.py)
    }


def specification(run: dict[str, Any]) -> dict[str, Any]:
    """Return a run's specification without the images' shape, which is known once the data are there."""
    return {key: value for key, value in run.items() if key in SPECIFIED}


def as_json(content: Any) -> str:
    """Return JSON with sorted keys: equal contents give equal texts, which is what Snakemake compares."""
    return json.dumps(content, sort_keys=True)
