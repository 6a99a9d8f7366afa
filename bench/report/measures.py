"""What added measures say: the numbers of files of bench/measures/ that no other section knows."""

import math

from bench.records.names import SUPERVISED
from bench.report.cells import table
from bench.report.results import Place, Results

ADDED = "measure/"  # how the steps of rule `measure` begin
SIGNIFICANT = 3  # digits of the largest mean of a column
TEXT = """\
## Added measures

What was added to `bench/measures/`, under the names that these files give their numbers; what a number means is
written there."""


def measures(results: Results) -> str:
    """Return what added measures say of every variant on every data set; nothing if none was added."""
    parts = [_part(results, dataset, names) for dataset in results.data if (names := added(results, dataset))]
    return "\n\n".join([TEXT, *parts]) if parts else ""


def added(results: Results, dataset: str) -> list[str]:
    """Return the metrics of added measures on a data set, in the table's order."""
    chosen = (results.metrics["dataset"] == dataset) & results.metrics["step"].str.startswith(ADDED)
    return [*results.metrics.loc[chosen, "metric"].unique()]


def _part(results: Results, dataset: str, names: list[str]) -> str:
    place = Place(dataset, None)
    means = results.summary[results.summary["dataset"] == dataset].set_index("metric")["mean"].abs()
    digits = {name: decimals(means[[name]].max()) for name in names}
    rows = [
        [results.label(variant, dataset), *(results.cell(place, variant, name, digits[name]) for name in names)]
        for variant in results.variants(dataset)
        if variant != SUPERVISED
    ]
    return "\n\n".join([f"### {results.title(place)}", table(["", *names], rows)])


def decimals(largest: float) -> int:
    """Return how many decimals show `SIGNIFICANT` digits of a positive number; 0 and a missing one need none."""
    return max(0, SIGNIFICANT - 1 - math.floor(math.log10(largest))) if largest > 0 else 0
