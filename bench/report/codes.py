"""What the codes are like: rank and reconstruction, with controls that say what they are worth; Figure 2 in numbers."""

from bench.records.names import FACTORS, PAPER_DATA, SUPERVISED, dataset_in, heading
from bench.report.cells import ABSENT, prose, table
from bench.report.results import Place, Results
from bench.report.rows import beside_the_paper, extractor, row

FIGURE_2, PAPERS_COLOURS = "figure 2", "rgb"
FIGURE_2_INDICES = (4, 7, 10, 15, 20)  # around the paper's intrinsic dimension 7 and along the tail; beside them, ours
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
zero.{1} The paper's numbers were read off a screenshot of its Figure 2, to about 0.004; its axis ends at 0.30. Ours are
means, which one seed can lift; the figure draws medians."""
COLOURED = " The paper's are coloured, not grey, and have {0}: there it is index {0}."


def codes(results: Results) -> str:
    """Return rank, reconstruction, FID and error of every variant, and Figure 2 beside its digitised values."""
    parts = [TEXT, extractor(results, QUALITY)]
    for dataset in results.data:
        place = Place(dataset, None)
        parts += [f"### {results.title(place)}", _images(results, dataset), _table(results, place)]
    return "\n\n".join([*parts, _figure_2(results)])


def _images(results: Results, dataset: str) -> str:
    test, seen = results.data[dataset]["counts"]["test"], results.plan["config"]["trajectory"]["images"]
    trajectory = f"; the trajectory is of the first {seen:,} of them" if seen < test else ""
    return f"Of all {test:,} test images, at the end of training{trajectory}."


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
    colours = results.plan["config"]["data"][place.dataset]["colours"] if place.dataset else PAPERS_COLOURS
    metrics = [f"singular_value:{index}" for index in sorted({*FIGURE_2_INDICES, FACTORS[colours]})]
    shown = table(["", *map(heading, metrics)], beside_the_paper(results, place, variants, metrics))
    theirs = "" if colours == PAPERS_COLOURS else COLOURED.format(FACTORS[PAPERS_COLOURS])
    text = prose(f"{FIGURE_2_TEXT.format(FACTORS[colours], theirs)} {results.orientation(place)}")
    return "\n\n".join([f"## Figure 2 in numbers: {results.title(place)}", shown, text])
