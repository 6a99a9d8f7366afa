"""What lies between two codes: how far images decoded halfway are from real ones."""

from collections.abc import Sequence

from bench.records.names import CONTROLS, REFERENCE, SUPERVISED
from bench.report.cells import table
from bench.report.codes import DIGITS, titled
from bench.report.generation import control_row
from bench.report.results import OTHER_NETWORK, PAPERS_NETWORK, Place, Results

MODELS = ("interpolation:ends", "interpolation:middle", "midpoint_error")
TRUTH, BLEND = "middle to its true image", "blend"
TEXT = """\
## Interpolation

Is what is decoded halfway between the codes of two test images an image of the data's kind? Given is the FID of these
images (middle) from training images, as Regularized Autoencoders report it (arXiv 1903.12436, Table 1), on a scale
where the real test images of the same pairs have 0 and the pairs blended pixel by pixel have 1: a middle above 1 is
worse than no model. The ends are as many images decoded from codes as they are: what reconstruction alone costs. Both
are of at most {pairs:,} pairs, and lower is better. Where the true image halfway is known, the root mean square
difference of the middles to it stands beside, per pixel (in [0, 1]). Rows in *italics* are controls, which no model
made; each scores the same as ends and as middles, but that blended pixels are middles alone."""


def interpolation(results: Results) -> str:
    """Return how far decoded ends and middles are from real images, for every data set."""
    text = TEXT.format(pairs=results.plan["config"]["fid"]["pairs"])
    return "\n\n".join([text, *(_part(results, Place(dataset, None)) for dataset in results.data)])


def _part(results: Results, place: Place) -> str:
    known = len(MODELS) if results.metric_names(place.dataset, "midpoint_error") else len(MODELS) - 1
    variants = [name for name in results.variants(place.dataset) if name != SUPERVISED]
    rows = [[results.label(name, place.dataset), *_cells(results, place, name, MODELS[:known])] for name in variants]
    rows += [_control(results, place, name)[: known + 1] for name in CONTROLS]
    header = [*(titled(name, results) for name in MODELS[:2]), TRUTH][:known]
    return "\n\n".join([f"### {results.title(place)}", table(["", *header], rows), _scale(results, place)])


def _cells(results: Results, place: Place, variant: str, metrics: Sequence[str]) -> list[str]:
    return [results.cell(place, variant, metric, DIGITS[metric.split(":")[0]]) for metric in metrics]


def _control(results: Results, place: Place, name: str) -> list[str]:
    """Return the row of a control, which scores the same as ends and as middles; blended pixels are middles."""
    label, score = control_row(results, place, name, [("interpolation", DIGITS["interpolation"])])
    if name != BLEND:
        return [label, score, score, "-"]
    return [label, "-", score, *_cells(results, place, REFERENCE, [f"midpoint_error:{name}"])]


def _scale(results: Results, place: Place) -> str:
    real, blend = _cells(results, place, REFERENCE, ["interpolation_fid:real", "interpolation_fid:blend"])
    network = PAPERS_NETWORK if results.fid_is_the_papers else OTHER_NETWORK
    return f"FIDs at the ends of the scale ({network}): real images {real}, pixels blended {blend}."
