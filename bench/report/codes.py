"""What the codes are like: ablations, spectra, reconstruction, and controls that say what they are worth."""

from collections.abc import Sequence

import pandas as pd

from bench.records.names import FACTORS, OF_FEATURES, PAPER_DATA, SUPERVISED, dataset_in, heading
from bench.records.tables import natural
from bench.report.cells import table
from bench.report.results import OTHER_NETWORK, Place, Results

FIGURE_2 = "figure 2"
FIGURE_2_INDICES = (4, 7, 10, 15, 20)  # around the intrinsic dimension 7 and along the tail
CONTROLS = ("pca", "untrained")
EXPLAINED = "explained_variance"
DIGITS = {
    "effective_rank": 1,
    "rank": 1,
    "mse": 5,
    "explained_variance": 2,
    "fid": 1,
    "error": 1,
    "singular_value": 3,
    "penalty_share": 4,
    "interpolation": 3,
    "interpolation_fid": 2,
    "midpoint_error": 4,
    "precision": 2,
    "recall": 2,
}
ABLATIONS = """\
## Ablations

Is it the training of a linear chain that lowers the rank? Figures 9 to 11 of the paper change one thing
each: the matrices stay at their initial values (fixed), a ReLU stands between them (nonlinear), one
matrix is used `l` times (shared). The paper shows pictures only; by its text the rank is lowest for the
plain chain. Variance explained as in Spectra, FID as in Table 1."""
SPECTRA = """\
## Spectra

How many dimensions the codes of the test images use: `rank > t` counts the singular values of their
covariance above `t` times the largest; the effective rank is the exponential of the entropy of their
shares. The variance explained by the reconstruction is 1 - MSE / MSE of the mean image: at 0 or below a
model has learned nothing, and its rank means nothing.
[Figure 2](figures/figure_2.png) and [Figure 4](figures/figure_4.png) draw them."""
FIGURE_2_TEXT = """\
Singular values over the largest, by index from 0. The images have {0} factors, so index {0} is the first that
could be zero. The paper's numbers were read off a screenshot of its Figure 2, to about 0.004; its axis
ends at 0.30."""
RECONSTRUCTION = """\
## Reconstruction

Mean squared error per pixel (in [0, 1]) of the test images; lower is better."""
CONTROLS_TEXT = """\
## Controls

Rows whose worth is known: PCA is the best linear code, `untrained` the same network at its initial
weights. A metric on which they do as well as a trained model says little there. What real images, noise, blank
images and the pixel mean score stands in Table 1 and under Interpolation."""


def ablations(results: Results) -> str:
    """Return the paper's Figures 9 to 11 in numbers."""
    parts = [ABLATIONS]
    for place, variants in ablation_rows(results):
        shown = _table(results, place, variants, [*_ranks(results, place), EXPLAINED, "fid:gmm"])
        parts += [f"### {results.title(place)}", shown, results.orientation(place)]
    return "\n\n".join(filter(None, parts))


def ablation_rows(results: Results) -> list[tuple[Place, list[str]]]:
    """Return the variants that the ablation figures compare, run or not, by data set."""
    rows: dict[str, dict[str, None]] = {}
    figures = results.plan["config"]["figures"]
    for name in sorted(figures, key=natural):
        if figures[name]["kind"] == "ablation":
            for role, variants in figures[name]["panels"].items():
                rows.setdefault(role, {}).update(dict.fromkeys(variants))
    places = {role: Place(dataset_in(role, results.plan), PAPER_DATA.get(role)) for role in rows}
    known = [role for role, place in places.items() if place.dataset or place.paper]
    return [(places[role], list(rows[role])) for role in known]


def ablation_frame(results: Results) -> pd.DataFrame:
    """Return the ablations in long form."""
    pairs = [(place.dataset, variant) for place, variants in ablation_rows(results) for variant in variants]
    chosen = results.select("effective_rank", "rank:", EXPLAINED, "fid:gmm")
    return chosen[pd.MultiIndex.from_frame(chosen[["dataset", "variant"]]).isin(pairs)]


def spectra(results: Results) -> str:
    """Return how many dimensions the codes use, and Figure 2 beside its digitised values."""
    parts = []
    for place in _places(results):
        shown = _table(results, place, _models(results, place), [*_ranks(results, place), EXPLAINED])
        parts += [f"### {results.title(place)}", shown]
    return "\n\n".join([SPECTRA, *parts, _figure_2(results)])


def _figure_2(results: Results) -> str:
    place = Place(dataset_in("shapes", results.plan), PAPER_DATA["shapes"])
    variants = results.paper.loc[results.paper["table"] == FIGURE_2, "variant"].unique()
    shown = _table(results, place, variants, [f"singular_value:{index}" for index in FIGURE_2_INDICES])
    colours = results.plan["config"]["data"][place.dataset]["colours"] if place.dataset else "rgb"
    text = f"{FIGURE_2_TEXT.format(FACTORS[colours])}\n{results.orientation(place)}".strip()
    return "\n\n".join([f"### Figure 2 in numbers, {results.title(place)}", shown, text])


def reconstruction(results: Results) -> str:
    """Return the reconstruction error of every variant and data set."""
    places = _places(results)
    variants = dict.fromkeys(name for place in places for name in _models(results, place))
    rows = [
        [results.label(name), *(results.cell(place, name, "mse", DIGITS["mse"]) for place in places)]
        for name in variants
    ]
    return "\n\n".join([RECONSTRUCTION, table(["", *map(results.title, places)], rows)])


def controls(results: Results) -> str:
    """Return rows whose outcome is known beforehand."""
    parts = []
    for place in _places(results):
        errors = [name for name in results.metric_names(place.dataset, "error:") if name.endswith(":best")]
        metrics = ["effective_rank", "mse", "fid:gmm", *errors[-1:]]
        shown = _table(results, place, control_rows(results, place.dataset), metrics)
        parts += [f"### {results.title(place)}", shown]
    return "\n\n".join([CONTROLS_TEXT, *parts])


def control_rows(results: Results, dataset: str) -> list[str]:
    """Return the controls that ran on a data set, after the plain autoencoder."""
    settings = results.plan["config"]["variants"]
    chosen = [name for name in results.variants(dataset) if name in settings]
    return [name for name in chosen if name == "ae" or settings[name]["model"] in CONTROLS]


def _places(results: Results) -> list[Place]:
    return [Place(dataset, None) for dataset in results.data]


def _models(results: Results, place: Place) -> list[str]:
    return [name for name in results.variants(place.dataset) if name != SUPERVISED]


def _ranks(results: Results, place: Place) -> list[str]:
    ranks = results.metric_names(place.dataset, "rank:")
    return ["effective_rank", *sorted(ranks, key=lambda name: -float(name.split(":")[1]))]


def _table(results: Results, place: Place, variants: Sequence[str], metrics: Sequence[str]) -> str:
    rows = [
        [
            results.label(name, place.dataset),
            *(results.cell(place, name, metric, DIGITS[metric.split(":")[0]]) for metric in metrics),
        ]
        for name in variants
    ]
    return table(["", *(titled(metric, results) for metric in metrics)], rows)


def titled(metric: str, results: Results) -> str:
    """Return a metric's heading; one of features of another network than the paper's names that network."""
    other = metric.startswith(OF_FEATURES) and not results.fid_is_the_papers
    return f"{heading(metric)} ({OTHER_NETWORK})" if other else heading(metric)


def digits(metric: str, results: Results) -> int:
    """Return the decimals of a metric: distances between in-domain features are small and want one more."""
    return DIGITS[metric.split(":")[0]] + (metric.startswith("fid:") and not results.fid_is_the_papers)
