"""Table 1 and the page of samples: how close generated and interpolated images come to real ones."""

from collections.abc import Sequence

from bench.records.names import CONTROLS, REFERENCE, SUPERVISED, heading
from bench.report.cells import ABSENT, prose, table
from bench.report.results import OTHER_NETWORK, PAPERS_NETWORK, Place, Results
from bench.report.rows import beside_the_paper, control, extractor, row

TABLE = "table 1"
DENSITIES = ("gaussian", "gmm")
FID = [f"fid:{density}" for density in DENSITIES]
OTHERS = [f"{kind}:{density}" for kind in ("kid", "precision", "recall") for density in DENSITIES]
ROWS = ("real", "noise", "blank", "mean")  # of controls
TEXT = """\
## Table 1: generated images

Fréchet inception distance (FID) of generated from real images; lower is better. Codes are drawn from one Gaussian or
from a Gaussian mixture (GMM) fitted to the training codes; the paper's numbers for the Gaussian were not published in
any source we could read. Rows in *italics* without "paper" are controls that no model made: a model whose FID is no
better than that of noise, of blank images or of the pixel mean has made nothing by that yardstick. Kernel distance,
precision, recall and interpolation: [samples](samples.md)."""
SAMPLES = """\
## Generated images by other yardsticks

Kernel inception distance (KID), lower is better. Precision is the share of generated images that could be real ones,
recall the share of real images that could be generated ones (arXiv 1904.06991), higher is better; read them together:
one image that could be real, again and again, has precision 1 and recall 0. FID is in [Table 1](tables.md)."""
MODELS = ["interpolation:ends", "interpolation:middle", "midpoint_error"]
TRUTH, BLEND = "middle to its true image", "blend"
INTERPOLATION = """\
## Interpolation

Is what is decoded halfway between the codes of two test images an image of the data's kind? Given is the FID of these
images (middle) from training images, as Regularized Autoencoders report it (arXiv 1903.12436, Table 1), on a scale
where the real test images of the same pairs have 0 and the pairs blended pixel by pixel have 1: a middle above 1 is
worse than no model. The ends are as many images decoded from codes as they are: what reconstruction alone costs. Both
are of at most {pairs:,} pairs, and lower is better. Of bumps and linear images the true image halfway is known, and
the root mean square difference of the middles to it stands beside, per pixel (in [0, 1]); of shapes Figure 3 has it
for a few pairs. Rows in *italics* are controls, which no model
made; each scores the same as ends and as middles, but that blended pixels are middles alone."""


def table_1(results: Results) -> str:
    """Return the FIDs of samples from both densities on every data set, the paper's below ours."""
    return "\n\n".join([TEXT, *(_fids(results, place) for place in results.places(TABLE)), extractor(results, FID)])


def _fids(results: Results, place: Place) -> str:
    if not place.dataset:
        theirs = {name: results.published(place, name, FID[-1]) for name in results.rows_of(place, TABLE)}
        numbers = ", ".join(f"{results.label(name)} {number}" for name, number in theirs.items())
        return f"{results.title(place)}; the paper has, by mixture, {numbers}."
    lines = beside_the_paper(results, place, results.rows_of(place, TABLE), FID)
    lines += [control(results, place, name, FID) for name in ROWS]
    return "\n\n".join(
        [f"### {results.title(place)}", table(["", *map(heading, FID)], lines), _caption(results, place)]
    )


def _caption(results: Results, place: Place) -> str:
    config = results.plan["config"]
    split = config["fid"]["reference"]
    images = results.data[place.dataset]["counts"][split]
    components = config["data"][place.dataset]["components"]
    said = (
        f"{config['sample']['count']:,} samples against {images:,} {split} images; mixture of {components} components, "
        f"{_convergence(results, place)}."
    )
    return prose(f"{said} {results.orientation(place)}")


def _convergence(results: Results, place: Place) -> str:
    metrics = results.metrics.dropna(subset="value")
    fits = metrics[(metrics["dataset"] == place.dataset) & (metrics["metric"] == "gmm_converged")]
    lost = [results.label(name, place.dataset) for name in fits.loc[fits["value"] == 0, "variant"].unique()]
    but = f", not all of {', '.join(lost)}" if lost else ""
    return f"{fits['value'].sum():.0f} of {len(fits)} fits converged{but}"


def other_yardsticks(results: Results) -> str:
    """Return kernel distance, precision and recall of samples on every data set."""
    parts = [SAMPLES, extractor(results, OTHERS)]
    for dataset in results.data:
        place = Place(dataset, None)
        lines = [row(results, place, name, OTHERS) for name in _models(results, dataset)]
        lines += [control(results, place, name, OTHERS) for name in ROWS]
        parts += [f"### {results.title(place)}", table(["", *map(heading, OTHERS)], lines)]
    return "\n\n".join(parts)


def interpolation(results: Results) -> str:
    """Return how far decoded ends and middles are from real images, for every data set."""
    text = INTERPOLATION.format(pairs=results.plan["config"]["fid"]["pairs"])
    return "\n\n".join([text, *(_between(results, Place(dataset, None)) for dataset in results.data)])


def _between(results: Results, place: Place) -> str:
    lines = [row(results, place, name, MODELS) for name in _models(results, place.dataset)]
    lines += [_control(results, place, name) for name in CONTROLS]
    header = ["", *map(heading, MODELS[:2]), TRUTH]
    return "\n\n".join([f"### {results.title(place)}", table(header, lines), _scale(results, place)])


def _control(results: Results, place: Place, name: str) -> list[str]:
    """Return the row of a control, which scores the same as ends and as middles; blended pixels are middles."""
    label, score = control(results, place, name, MODELS[:1])
    if name != BLEND:
        return [label, score, score, ABSENT]
    return [label, ABSENT, score, results.cell(place, REFERENCE, f"midpoint_error:{name}")]


def _scale(results: Results, place: Place) -> str:
    real, blend = (results.cell(place, REFERENCE, f"interpolation_fid:{name}") for name in ("real", BLEND))
    network = PAPERS_NETWORK if results.fid_is_the_papers else OTHER_NETWORK
    return f"FIDs at the ends of the scale ({network}): real images {real}, pixels blended {blend}."


def _models(results: Results, dataset: str) -> Sequence[str]:
    return [name for name in results.variants(dataset) if name != SUPERVISED]
