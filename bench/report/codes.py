"""What the codes are like: rank and reconstruction, with controls that say what they are worth; Figure 2 in numbers."""

from bench.records.names import FACTORS, PAPER_DATA, SUPERVISED, dataset_in, heading
from bench.report.cells import ABSENT, table
from bench.report.results import Place, Results
from bench.report.rows import beside_the_paper, extractor, row

FIGURE_2 = "figure 2"
FIGURE_2_INDICES = (4, 7, 10, 15, 20)  # around the intrinsic dimension 7 and along the tail
QUALITY = ["explained_variance", "mse", "fid:gmm"]
TEXT = """\
## Rank and reconstruction

How many dimensions the codes of the test images use: `rank > t` counts the singular values of their covariance above
`t` times the largest; the effective rank is the exponential of the entropy of their shares. The variance explained by
the reconstruction is 1 - MSE / MSE of the mean image: at 0 or below a model has learned nothing, and its rank means
nothing. The MSE is per pixel (in [0, 1]), of the test images; the error that of most labels ([all of them](labels.md)).

The ablations of Figures 9 to 11 change one thing each: the matrices stay at their initial values (fixed), a ReLU stands
between them (nonlinear), one matrix is used `l` times (shared). The last rows are controls whose worth is known: PCA is
the best linear code, `untrained` the same network at its initial weights. A metric on which they do as well as a
trained model says little there. [Figures 2 and 4](figures.md) draw the values."""
FIGURE_2_TEXT = """\
Singular values over the largest, by index from 0. The images have {0} factors, so index {0} is the first that could be
zero. The paper's numbers were read off a screenshot of its Figure 2, to about 0.004; its axis ends at 0.30."""


def codes(results: Results) -> str:
    """Return rank, reconstruction, FID and error of every variant, and Figure 2 beside its digitised values."""
    parts = [TEXT, extractor(results, QUALITY)]
    for dataset in results.data:
        place = Place(dataset, None)
        parts += [f"### {results.title(place)}", _table(results, place)]
    return "\n\n".join([*parts, _figure_2(results)])


def _table(results: Results, place: Place) -> str:
    ranks = ["effective_rank", *sorted(results.metric_names(place.dataset, "rank:"), key=_falling)]
    errors = [name for name in results.metric_names(place.dataset, "error:") if name.endswith(":best")]
    metrics = [*ranks, *QUALITY, *errors[-1:]]
    lines = []
    for name in results.variants(place.dataset):
        lines += [row(results, place, name, metrics)] if name != SUPERVISED else []
        # A VAE's code by the other reading: drawn from its posterior, not the posterior's mean.
        drawn = [results.cell(place, name, f"sampled:{metric}") for metric in ranks]
        if any(cell != ABSENT for cell in drawn):
            lines.append(
                [f"{results.label(name, place.dataset)}, drawn", *drawn, *[ABSENT] * (len(metrics) - len(ranks))]
            )
    return table(["", *map(heading, metrics)], lines)


def _falling(rank: str) -> float:
    return -float(rank.split(":")[1])


def _figure_2(results: Results) -> str:
    place = Place(dataset_in("shapes", results.plan), PAPER_DATA["shapes"])
    variants = results.paper.loc[results.paper["table"] == FIGURE_2, "variant"].unique()
    metrics = [f"singular_value:{index}" for index in FIGURE_2_INDICES]
    shown = table(["", *map(heading, metrics)], beside_the_paper(results, place, variants, metrics))
    colours = results.plan["config"]["data"][place.dataset]["colours"] if place.dataset else "rgb"
    text = f"{FIGURE_2_TEXT.format(FACTORS[colours])} {results.orientation(place)}".strip()
    return "\n\n".join([f"## Figure 2 in numbers: {results.title(place)}", shown, text])
