"""Tables with a row per variant and, below it, the paper's numbers; in: results, out: Markdown."""

from collections.abc import Sequence

from bench.records.names import CONTROLS, OF_FEATURES, REFERENCE, heading
from bench.report.cells import ABSENT, prose, table
from bench.report.results import Place, Results

EXTRACTORS = {
    "inception": "Inception (torch-fidelity's weights)",
    "in_domain": "a small network trained on the data set's own labels (**in-domain CNN, not Inception: not comparable "
    "with the paper's numbers**)",
}


def row(results: Results, place: Place, variant: str, metrics: Sequence[str], label: str = "") -> list[str]:
    """Return a variant's row, called by its name or `label`."""
    cells = (results.cell(place, variant, metric) for metric in metrics)
    return [label or results.label(variant, place.dataset), *cells]


def beside_the_paper(
    results: Results, place: Place, variants: Sequence[str], metrics: Sequence[str]
) -> list[list[str]]:
    """Return a row per variant that has a number, the paper's below it where it has one."""
    lines = []
    for name in variants:
        ours = row(results, place, name, metrics)
        # Without the depth of our chains, which may be another one.
        theirs = [f"*{results.label(name)}, paper*", *(results.published(place, name, metric) for metric in metrics)]
        lines += [line for line in (ours, theirs) if any(cell != ABSENT for cell in line[1:])]
    return lines


def control(results: Results, place: Place, name: str, metrics: Sequence[str]) -> list[str]:
    """Return the row of a control, which is of no density and no end: its number stands in all columns of a kind."""
    kinds = [f"{metric.split(':')[0]}:{name}" for metric in metrics]
    return row(results, place, REFERENCE, kinds, f"*{CONTROLS[name]}*")


def variants_table(results: Results, place: Place, variants: Sequence[str], metrics: Sequence[str]) -> str:
    """Return the table of some variants' metrics, without the paper's numbers."""
    return table(["", *map(heading, metrics)], [row(results, place, name, metrics) for name in variants])


def extractor(results: Results, metrics: Sequence[str]) -> str:
    """Return which features the metrics are of, if they are of any."""
    if not any(metric.startswith(OF_FEATURES) for metric in metrics):
        return ""
    return prose(f"Features are those of {EXTRACTORS[results.plan['config']['fid']['extractor']]}.")
