"""What lies between two codes: how far decoded midpoints are from real images."""

from bench.records.names import REFERENCE, SUPERVISED
from bench.report.cells import table
from bench.report.results import Place, Results

DIGITS = 4
MODELS = ("off_manifold:ends", "off_manifold:middle", "midpoint_error")
BLENDS = ("off_manifold:real", "off_manifold:blend", "midpoint_error:blend")  # the same without a model
HEADER = ("ends", "middle", "middle to its true image")
TEXT = """\
## Interpolation

Is the image decoded halfway between the codes of two test images one of the data's kind? Given is the root mean
square difference per pixel (in [0, 1]) to the nearest training image, the mean over at most {scored:,} pairs: of
the images decoded from the two codes themselves (ends) and from their mean (middle). A middle farther off than its
ends has left the data; one as near has not, but a blurred or constant image is near too, so read it beside the
reconstruction error. The last row needs no model: its ends are the test images, its middles their means pixel by
pixel. Where the true image halfway is known, the distance of the middles to it stands beside. After Rank Reduction
Autoencoders (arXiv 2405.13980), whose first version scored interpolations by a classifier's entropy."""


def interpolation(results: Results) -> str:
    """Return how far decoded ends and middles are from real images, for every data set."""
    text = TEXT.format(scored=results.plan["config"]["measures"]["interpolation"]["scored"])
    return "\n\n".join([text, *(_part(results, Place(dataset, None)) for dataset in results.data)])


def _part(results: Results, place: Place) -> str:
    known = len(MODELS) if results.metric_names(place.dataset, "midpoint_error") else len(MODELS) - 1
    variants = [name for name in results.variants(place.dataset) if name != SUPERVISED]
    rows = [[results.label(name, place.dataset), *_cells(results, place, name, MODELS[:known])] for name in variants]
    rows.append(["*no model: pixels blended*", *_cells(results, place, REFERENCE, BLENDS[:known])])
    return "\n\n".join([f"### {results.title(place)}", table(["", *HEADER[:known]], rows)])


def _cells(results: Results, place: Place, variant: str, metrics: tuple[str, ...]) -> list[str]:
    return [results.cell(place, variant, metric, DIGITS) for metric in metrics]
