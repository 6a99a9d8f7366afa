"""Parameter studies: what a setting does to a method; in: studies.csv, out: one panel."""

from typing import Any

import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import SubFigure

from bench.figures import spectrum
from bench.figures.source import Source
from bench.report.codes import heading
from bench.report.studies import METRICS, settings


def height(panel: dict[str, Any]) -> float:
    """Return the height of a panel in inches."""
    return 3.2


def note(panel: dict[str, Any], source: Source) -> str:
    """Return what a panel's title says beside the data set."""
    return f"{panel['study']}: mean and range of seeds"


def draw(area: SubFigure, panel: dict[str, Any], source: Source) -> None:
    """Draw a metric over the setting per axis, a line per variant (mean over finite seeds) with its range."""
    table = source.table("studies")
    table = table[(table["study"] == panel["study"]) & (table["dataset"] == panel["dataset"])]
    table = table[table["variant"].isin(panel["variants"])]
    metrics = [name for name in METRICS if (table["metric"] == name).any()]
    if not metrics:
        area.text(0.5, 0.4, "not measured", ha="center", style="italic", color="0.4")
        return
    row = area.subplots(1, len(metrics), squeeze=False)[0]
    for axes, metric in zip(row, metrics, strict=True):
        _draw(axes, table[table["metric"] == metric], panel, source)
        axes.set_title(heading(metric))
    spectrum.legend(area, row[0], len(panel["variants"]))


def _draw(axes: Axes, rows: pd.DataFrame, panel: dict[str, Any], source: Source) -> None:
    """Draw settings evenly spaced: those of a study mostly double, and 0 has no place on a logarithmic axis."""
    order = settings(rows)
    names = [source.labels.get(variant, variant) for variant in panel["variants"]]
    rows = rows.assign(place=rows["setting"].map(order.index), variant=rows["variant"].replace(source.labels))
    sns.lineplot(
        rows, x="place", y="value", hue="variant", hue_order=names, style="variant", style_order=names,
        markers=True, dashes=False, errorbar=("pi", 100), ax=axes,
    )  # fmt: skip
    axes.set_xticks(range(len(order)), map(str, order))
    axes.set(xlabel=panel["study"], ylabel="")
