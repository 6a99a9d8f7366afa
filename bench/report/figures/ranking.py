"""Mean ranks of the methods with their critical difference; in: ranking.csv, out: a figure.

Source: the diagrams of Demsar, "Statistical comparisons of classifiers over multiple data sets", JMLR 7 (2006).
"""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bench.records.names import heading
from bench.report.figures.canvas import empty
from bench.report.figures.source import Source
from bench.report.figures.style import MUTED, SMALL, WIDTH
from bench.verdicts.ranking import OVERALL, shows

ROW, ABOVE = 0.22, 1.1  # inches: a method's row, what stands above the first
COLUMNS = 2
MANY = 10  # methods beyond which every second rank has a number
BAR, TICK = 0.8, 0.12  # heights in rows: of the critical difference above the axis, of a tick
CLIQUE, FIRST = 0.28, 1.4  # heights in rows: between two joining bars, from the axis to the first name
TEXT = (
    "Mean ranks over data sets, best at the left. A bar joins methods that the data sets do not tell apart:\n"
    "their ranks differ by no more than the critical difference (CD)."
)


def draw(source: Source, name: str) -> Figure:
    """Draw a diagram for `overall` and each metric of `family.ranked_by` whose ranking can show something."""
    by_metric = {metric: rows for metric, rows in source.table("ranking").groupby("metric", sort=False) if shows(rows)}
    if not by_metric:
        return empty("over so few data sets ranks show nothing")
    diagrams = {metric: _ranked(rows) for metric, rows in by_metric.items()}
    height = ABOVE + ROW * (FIRST + -(-max(map(len, diagrams.values())) // 2))
    columns = min(COLUMNS, len(diagrams))
    lines = -(-len(diagrams) // columns)
    whole = Figure(figsize=(WIDTH, height * lines + 0.3), layout="constrained")
    grid = whole.subplots(lines, columns, squeeze=False).ravel()
    for axes, (metric, rows) in zip(grid, diagrams.items(), strict=False):
        _diagram(axes, rows, OVERALL if metric == OVERALL else heading(metric))
    for axes in grid[len(diagrams) :]:
        axes.remove()
    whole.supxlabel(TEXT, fontsize=SMALL, color=MUTED)
    return whole


def _ranked(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the methods that a metric ranks, best first."""
    return rows[rows["mean_rank"].notna()].sort_values("mean_rank", kind="stable")


def cliques(ranks: np.ndarray, difference: float) -> list[tuple[int, int]]:
    """Return first and last position of every largest group of sorted ranks [k] within a difference, two at least."""
    ends = [int(np.searchsorted(ranks, rank + difference, side="right")) - 1 for rank in ranks]
    return [(i, end) for i, end in enumerate(ends) if end > i and (i == 0 or end > ends[i - 1])]


def _diagram(axes: Axes, rows: pd.DataFrame, title: str) -> None:
    axes.set_axis_off()
    k, n, p, difference = (rows[name].iloc[0] for name in ("k", "n", "p", "critical_difference"))
    test = f"Friedman's p {p:.2g}" if pd.notna(p) else "no test"
    axes.set_title(f"{title} (data sets: {n:.0f}, {test})", loc="left")
    ranks = rows["mean_rank"].to_numpy()
    axes.plot([1, k], [0, 0], color="black", linewidth=1)
    for tick in range(1, int(k) + 1, 1 if k <= MANY else 2):
        axes.plot([tick, tick], [0, TICK], color="black", linewidth=1)
        axes.text(tick, 2 * TICK, str(tick), ha="center", va="bottom", fontsize=SMALL)
    low = _names(axes, rows, k)
    _critical(axes, difference)
    for level, (first, last) in enumerate(cliques(ranks, difference)):
        y = -0.45 - CLIQUE * level
        axes.plot(ranks[[first, last]] + np.array([-0.03, 0.03]) * (k - 1) / 10, [y, y], color="0.3", linewidth=3)
    axes.set(xlim=(1 - 0.35 * (k - 1), k + 0.35 * (k - 1)), ylim=(low - 0.5, BAR + 2.2))


def _names(axes: Axes, rows: pd.DataFrame, k: float) -> float:
    """Write the better half at the left and the others at the right, each tied to its rank; return the lowest line."""
    half, edge, start = -(-len(rows) // 2), 0.06 * (k - 1), -FIRST - CLIQUE * 2
    for index, row in enumerate(rows.itertuples()):
        left = index < half
        y = start - (index if left else len(rows) - 1 - index)
        x = 1 - edge if left else k + edge
        axes.plot([row.mean_rank, row.mean_rank, x], [0, y, y], color="0.5", linewidth=0.8)
        name = f"{row.method}  {row.mean_rank:.2f}" if left else f"{row.mean_rank:.2f}  {row.method}"
        axes.text(x, y, f" {name} ", ha="right" if left else "left", va="center", fontsize=SMALL)
    return start - half + 1


def _critical(axes: Axes, difference: float) -> None:
    """Draw the critical difference above the axis, which is longer."""
    y = BAR + 0.7
    axes.plot([1, 1 + difference], [y, y], color="black", linewidth=1.5, marker="|")
    axes.text(1, y + 0.2, f"CD {difference:.2f}", ha="left", va="bottom", fontsize=SMALL)
