"""How a page begins, what ran, and where figures and pages are."""

from typing import Any

from bench.records.names import PAPER_DATA, role_of
from bench.records.tables import natural
from bench.report.cells import item, prose, table
from bench.report.results import NOT_IN_PRESET, Place, Results
from bench.verdicts.ranking import trained_otherwise

TITLE = "# Implicit Rank-Minimizing Autoencoder, run again: preset"
INTRODUCTION = """\
*Implicit Rank-Minimizing Autoencoder* (IRMAE; Jing, Zbontar, LeCun; NeurIPS 2020) puts `l` extra linear layers between
the encoder and the decoder of an autoencoder (AE) and reports that plain training then finds codes that use few
dimensions, which helps to generate images and to learn from few labels. Here stands what we measured beside what the
paper printed."""
READING = (
    "A cell is the mean ± standard deviation over {} seeds; those that diverged are left out, and it says how many."
)
NUMBERS = "Every table is also a file in [tables](tables), every single number in [metrics.csv](tables/metrics.csv)."
PRESETS = {
    "paper": "the paper's models and training at their published size",
    "laptop": "half the width of the released code or less, at least five times its rate, at most a fifth "
    "of its steps, no GPU",
    "quick": "small networks, short chains and small data sets: the direction of things, not the paper's numbers",
    "smoke": "a test of the pipeline with tiny networks: its numbers mean nothing",
}
OTHER_PRESET = "a preset of your own, whose sizes are under What ran"
FIRST = "trajectory"
HERO = (
    f"![Rank against the variance explained, along training](figures/figure_{FIRST}.png)\n\n[All figures](figures.md)"
)
FIGURES = "Each is a PDF too, in [figures](figures)."
KINDS = {
    "trajectory": "rank against the variance explained, along the training, of the first {:,} test images, "
    "if there are so many",
    "spectrum": "singular values of the codes",
    "interpolate": "interpolation between two test images",
    "gaussian": "samples from one Gaussian",
    "gmm": "samples from a Gaussian mixture",
    "pca_grid": "the plane of the first two principal components",
    "ablation": "ablations of the chain: spectra, and samples",
    "study": "a setting of a method, varied",
    "frontier": "rank against quality, all methods on all data sets",
    "ranking": "how the methods rank over data sets, with critical differences",
    "linear_rank": "linear autoencoders on data of a known rank",
}


def introduction(results: Results) -> str:
    """Return the title and what this preset is."""
    preset, unfinished = results.plan["preset"], results.plan["unfinished"]
    what = f"This is {PRESETS.get(preset, OTHER_PRESET)}."
    what += f" **Unfinished: {unfinished} are here; the same command goes on.**" if unfinished else ""
    return f"{TITLE} `{preset}`\n\n{prose(what)}\n\n{INTRODUCTION}"


def opening(title: str, results: Results) -> str:
    """Return how a page beside tables.md begins."""
    preset, reading = results.plan["preset"], READING.format(len(results.plan["seeds"]))
    return f"# {title}\n\n{prose(f'Preset `{preset}`, [back to its tables](tables.md). {reading}')}"


def hero(results: Results) -> str:
    """Return the first figure."""
    return HERO


def what_ran(results: Results) -> str:
    """Return commit, machine, training and data sets."""
    plan, runs = results.plan, results.runs.dropna(subset="commit")
    lines = [
        f"Commit: {distinct(commits(results))}",
        f"Device: {distinct(machines(results))}; torch {distinct(runs['torch'])}",
        f"Seeds: {', '.join(map(str, plan['seeds']))}",
        f"Training: {trainings(results)}",
        f"Wall time: {hours(results):.2f} hours of training, all runs together ([cost](cost.md))",
    ]
    return "\n\n".join(["## What ran", "\n".join(map(item, lines)), data_sets(results), NUMBERS])


def trainings(results: Results) -> str:
    """Return how the models of each data set were trained, those alike together, and which ones otherwise."""
    config, usual, others = results.plan["config"], {}, {}
    for dataset in results.data:
        recipe = _recipe(config["training"] | config["data"][dataset].get("training", {}))
        usual.setdefault(recipe, []).append(dataset)
        for variant in results.variants(dataset):
            if changed := trained_otherwise(dataset, variant, results.plan):
                others.setdefault(f"{results.label(variant, dataset)}: {changed}", []).append(dataset)
    said = [*usual] if len(usual) == 1 else [f"{', '.join(names)}: {recipe}" for recipe, names in usual.items()]
    return "; ".join([*said, *(f"on {', '.join(names)} {own}" for own, names in others.items())])


def _recipe(training: dict[str, Any]) -> str:
    order = "shuffled" if training["shuffle"] else "in order"
    return f"{training['epochs']} epochs, batch {training['batch']} {order}, Adam at {training['lr']:g}"


def commits(results: Results) -> Any:
    """Return the commit of every run, and whether its tree was clean."""
    runs = results.runs.dropna(subset="commit")
    state = runs["dirty"].map({True: " with uncommitted changes", False: " (clean)"})
    return (runs["commit"].str[:12] + state).fillna(runs["commit"])  # an unknown one says why


def machines(results: Results) -> Any:
    """Return the device of every run."""
    runs = results.runs.dropna(subset="commit")
    return runs["device"] + ", " + runs["device_name"]


def hours(results: Results) -> float:
    """Return how long the trainings took, one after the other."""
    return results.runs["wall_seconds"].sum() / 3600


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
    """Return every figure: ours that says what the others are worth, the paper's by its numbers, then our others."""
    names = sorted(results.plan["figures"], key=lambda name: (name != FIRST, not name.isdigit(), natural(name)))
    return "\n\n".join([FIGURES, *(_figure(results, name) for name in names)])


def _figure(results: Results, name: str) -> str:
    figure = results.plan["figures"][name]
    title = figure["title"]
    shown = [results.title(Place(panel["dataset"], None)) for panel in figure["panels"] if panel["dataset"]]
    kind = KINDS[figure["kind"]].format(results.plan["config"]["trajectory"]["images"])
    says = ": ".join(filter(None, [kind, "; ".join(shown)]))
    drawn = any(panel["variants"] for panel in figure["panels"]) or not figure["panels"]
    picture = f"![{title}](figures/figure_{name}.png)" if drawn else "Nothing of it ran in this preset."
    return f"## {title}\n\n{says[0].upper()}{says[1:]}.\n\n{picture}"


def distinct(column: Any) -> str:
    """Return the values that a column has, in its order."""
    return "; ".join(map(str, column.unique())) or NOT_IN_PRESET
