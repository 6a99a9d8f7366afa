"""Table 1: how close generated images come to real ones, by FID and KID, and by precision and recall."""

from collections.abc import Sequence

from bench.records.names import CONTROLS, REFERENCE, SUPERVISED
from bench.report.cells import table
from bench.report.codes import titled
from bench.report.results import Place, Results

TABLE = "table 1"
DIGITS = {"fid": 1, "kid": 4, "precision": 2, "recall": 2}  # FID as in the paper
DENSITIES = ("gaussian", "gmm")
ROWS = ("real", "noise", "blank", "mean")  # of controls
EXTRACTORS = {
    "inception": "Inception (torch-fidelity's weights)",
    "in_domain": "a small network trained on the data set's own labels (**in-domain CNN, not Inception: not\n"
    "comparable with the paper's numbers**)",
}
TEXT = """\
## Table 1: generated images

Distance between generated and real images: Fréchet inception distance (FID, the paper's) and kernel
inception distance (KID); lower is better. Codes are drawn from one Gaussian or from a Gaussian mixture
(GMM) fitted to the training codes. The paper's numbers for the Gaussian half were not published in any
source we could read.

Precision is the share of generated images that could be real ones, recall the share of real images that
could be generated ones (arXiv 1904.06991); higher is better. Read them together: one image that could be
real, again and again, has precision 1 and recall 0.

Rows in *italics* are controls, which no model made: real images of the other split, in two halves, and
images that are none. A model whose FID is no better than that of noise, of blank images or of the pixel
mean has made nothing by that yardstick."""


def table_1(results: Results) -> str:
    """Return what samples from both densities score on every data set."""
    return "\n\n".join([TEXT, *(_part(results, place) for place in results.places(TABLE))])


def _part(results: Results, place: Place) -> str:
    variants = [name for name in results.rows_of(place, TABLE) if name != SUPERVISED]
    columns = [(f"{metric}:{density}", digits) for metric, digits in DIGITS.items() for density in DENSITIES]
    rows = [
        [results.label(name, place.dataset), *(results.cell(place, name, *column) for column in columns)]
        for name in variants
    ]
    if place.dataset:
        # A control is of no density: its number stands in both columns.
        rows += [
            control_row(results, place, name, [(metric.split(":")[0], n) for metric, n in columns]) for name in ROWS
        ]
    parts = [f"### {results.title(place)}", table(["", *(titled(metric, results) for metric, _ in columns)], rows)]
    return "\n\n".join([*parts, _caption(results, place)] if place.dataset else parts)


def control_row(results: Results, place: Place, name: str, columns: Sequence[tuple[str, int]]) -> list[str]:
    """Return the row of a control; columns are kinds of metrics, each with its decimals."""
    cells = (results.cell(place, REFERENCE, f"{kind}:{name}", digits) for kind, digits in columns)
    return [f"*{CONTROLS[name]}*", *cells]


def _caption(results: Results, place: Place) -> str:
    config = results.plan["config"]
    split = config["fid"]["reference"]
    images = results.data[place.dataset]["counts"][split]
    components = config["data"][place.dataset]["components"]
    lines = [
        f"{results.title(place)}: {config['sample']['count']:,} samples against {images:,} {split} images;",
        f"mixture of {components} components, {_convergence(results, place)}.",
        f"Extractor: {EXTRACTORS[config['fid']['extractor']]}.",
        results.orientation(place),
    ]
    return "\n".join(lines).strip()


def _convergence(results: Results, place: Place) -> str:
    metrics = results.metrics
    chosen = metrics[(metrics["dataset"] == place.dataset) & (metrics["metric"] == "gmm_converged")]["value"]
    return f"{chosen.sum():.0f} of {chosen.count()} fits converged"
