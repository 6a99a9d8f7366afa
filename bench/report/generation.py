"""Table 1: how close generated images come to real ones, by FID and KID."""

from bench.records.names import REFERENCE, SUPERVISED
from bench.report.cells import table
from bench.report.codes import titled
from bench.report.results import Place, Results

TABLE = "table 1"
DIGITS = {"fid": 1, "kid": 4}  # FID as in the paper
DENSITIES = ("gaussian", "gmm")
LIMITS = {"real": "*floor: real images (two halves of the other split)*", "noise": "*ceiling: uniform noise*"}
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
source we could read."""


def table_1(results: Results) -> str:
    """Return FID and KID of samples from both densities for every data set."""
    return "\n\n".join([TEXT, *(_part(results, place) for place in results.places(TABLE))])


def _part(results: Results, place: Place) -> str:
    variants = [name for name in results.rows_of(place, TABLE) if name != SUPERVISED]
    rows = [[results.label(name, place.dataset), *_cells(results, place, name)] for name in variants]
    if place.dataset:
        rows += [[text, *_limit(results, place, kind)] for kind, text in LIMITS.items()]
    header = [titled(f"{metric}:{density}", results) for metric in DIGITS for density in DENSITIES]
    parts = [f"### {results.title(place)}", table(["", *header], rows)]
    return "\n\n".join([*parts, _caption(results, place)] if place.dataset else parts)


def _cells(results: Results, place: Place, variant: str) -> list[str]:
    return [
        results.cell(place, variant, f"{metric}:{density}", digits)
        for metric, digits in DIGITS.items()
        for density in DENSITIES
    ]


def _limit(results: Results, place: Place, kind: str) -> list[str]:
    cells = [results.cell(place, REFERENCE, f"{metric}:{kind}", digits) for metric, digits in DIGITS.items()]
    return [cell for cell in cells for _ in DENSITIES]


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
