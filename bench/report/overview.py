"""The first screen of tables.md: what this is, how to read it, what ran, where the figures are."""

from typing import Any

from bench.records.names import PAPER_DATA, role_of, title_in
from bench.records.tables import natural
from bench.report.cells import table
from bench.report.results import NOT_IN_PRESET, Place, Results

TITLE = "# Implicit Rank-Minimizing Autoencoder, run again: preset"
INTRODUCTION = """\
An autoencoder (AE) squeezes an image into a code and back. *Implicit Rank-Minimizing Autoencoder* (IRMAE;
Jing, Zbontar, LeCun; NeurIPS 2020) puts `l` extra linear layers between encoder and decoder and reports
that plain training then finds codes that use few dimensions, which helps to generate images and to learn
from few labels. This file sets what we measured beside what the paper printed."""
READING = """\
How to read a cell of the tables that follow: `12.3 ± 0.5 (3)` is mean ± standard deviation over 3 seeds,
`paper 12.0 ± 0.9` the published number, `+0.3` ours minus the paper's. `(2 of 3, 1 diverged)`: one of three
seeds ended in numbers that are not finite and is left out of the mean. Where nothing was measured the cell says why.
Every table is also a file in [tables](tables), every single number in [metrics.csv](tables/metrics.csv). What a
check of the whole run found is in [check.csv](tables/check.csv)."""
PRESETS = {
    "paper": "The paper's models and training at their published size.",
    "laptop": "The paper's architecture at half its width, without a GPU: a fifth of the steps at five times the\n"
    "learning rate. Its numbers are not the paper's.",
    "quick": "A reduced run for newcomers: small networks, short chains, small data sets. It shows in which\n"
    "direction things go; its numbers are not the paper's.",
    "smoke": "A test of the pipeline with tiny networks: its numbers mean nothing.",
}
OTHER_PRESET = "A preset of your own: its sizes are under What ran."
OURS = "Not in the paper:"
FIRST = "trajectory"  # of our figures: it shows what the others' ranks are worth
KINDS = {
    "trajectory": "rank against the variance explained, along the training",
    "spectrum": "singular values of the codes",
    "interpolate": "interpolation between two test images",
    "gaussian": "samples from one Gaussian",
    "gmm": "samples from a Gaussian mixture",
    "pca_grid": "the plane of the first two principal components",
    "ablation": "ablation: spectrum and samples",
    "study": "a setting of a method, varied",
    "frontier": "rank against quality, all methods on all data sets",
    "ranking": "how the methods rank over data sets, with critical differences",
    "linear_rank": "linear autoencoders on data of a known rank",
}


def introduction(results: Results) -> str:
    """Return the title and what this file is."""
    preset = results.plan["preset"]
    return f"{TITLE} `{preset}`\n\n{PRESETS.get(preset, OTHER_PRESET)}\n\n{INTRODUCTION}"


def what_ran(results: Results) -> str:
    """Return preset, commit, machine, training and data sets."""
    plan, training = results.plan, results.plan["config"]["training"]
    runs = results.runs.dropna(subset="commit")
    code = runs["commit"].str[:12] + runs["dirty"].map({True: " with uncommitted changes", False: " (clean)"})
    machine = runs["device"] + ", " + runs["device_name"]
    order = "shuffled" if training["shuffle"] else "in order"
    recipe = f"{training['epochs']} epochs, batch {training['batch']} {order}, Adam at {training['lr']:g}"
    ran = {name: plan["config"]["data"][name] for name in plan["datasets"]}
    own = [
        f"; {name}: {', '.join(f'{key} {value:g}' for key, value in settings['training'].items())}"
        for name, settings in (*ran.items(), *plan["config"]["variants"].items())
        if "training" in settings
    ]
    lines = [
        f"- Preset: `{plan['preset']}`",
        f"- Commit: {_distinct(code)}",
        f"- Device: {_distinct(machine)}; torch {_distinct(runs['torch'])}",
        f"- Seeds: {', '.join(map(str, plan['seeds']))}",
        f"- Training: {recipe}{''.join(own)}",
    ]
    hours = f"Wall time: {runs['wall_seconds'].sum() / 3600:.2f} hours of training, all runs together."
    return "\n\n".join(["## What ran", "\n".join(lines), hours, data_sets(results), READING])


def data_sets(results: Results) -> str:
    """Return the table of data sets."""
    header = ["data set", "stands for", "train", "test", "image", "code", "sha256 of train.npy"]
    rows = []
    for dataset, record in results.data.items():
        role = role_of(dataset, results.plan)
        counts = [f"{record['counts'][split]:,}" for split in ("train", "test")]
        shape = "x".join(map(str, record["shape"]))
        latent = str(results.plan["config"]["data"][dataset]["latent"])
        paper = f"the paper's {PAPER_DATA[role].title}" if role else "none of the paper's"
        rows.append([record["title"], paper, *counts, shape, latent, record["sha256"]["train.npy"][:12]])
    return table(header, rows)


def figures(results: Results) -> str:
    """Return links to the figures: the paper's, by its numbers, and those that it has not."""
    names = sorted(results.plan["figures"], key=lambda name: (name != FIRST, natural(name)))
    theirs = [_figure(results, name, f"Figure {name}") for name in names if name.isdigit()]
    ours = [_figure(results, name, name.replace("_", " ").capitalize()) for name in names if not name.isdigit()]
    return "\n".join(["## Figures", "", *theirs, *(["", OURS, "", *ours] if ours else [])])


def _figure(results: Results, name: str, title: str) -> str:
    figure = results.plan["figures"][name]
    titles = "; ".join(_panel(results, panel) for panel in figure["panels"])
    links = f"[{title}](figures/figure_{name}.png) ([pdf](figures/figure_{name}.pdf))"
    return f"- {links}: {KINDS[figure['kind']]}{f', {titles}' if titles else ''}"


def _panel(results: Results, panel: dict[str, Any]) -> str:
    if panel["dataset"]:
        return results.title(Place(panel["dataset"], None))
    return f"{title_in(panel['role'], results.plan)}: {NOT_IN_PRESET}"


def _distinct(column: Any) -> str:
    return "; ".join(map(str, column.unique())) or NOT_IN_PRESET
