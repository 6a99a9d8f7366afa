"""All methods on all data sets; in: family.csv, ranking.csv, out: means, differences, and how the methods rank."""

from collections.abc import Iterator
from itertools import combinations
from textwrap import fill
from typing import Any

import pandas as pd

from bench.records.names import heading
from bench.report.cells import difference, table
from bench.report.codes import DIGITS, digits
from bench.report.results import Place, Results
from bench.report.verdicts import WIDTH
from bench.verdicts.ranking import BLOCKS, OVERALL

TEXT = """\
## All methods on all data sets

Mean ± standard deviation over seeds. Less is better but for the variance explained; a low rank is worth something
only beside it. Below, the differences of the same seeds with their 95 % intervals, **bold** where the seeds show that
there is one (p < {:g} in a paired t-test, after Benjamini and Hochberg's correction for all {} tests of
[family.csv](tables/family.csv), which has every number). What training costs is under Cost."""
SHOWN = ("rank:", "effective_rank", "explained_variance", "fid:gmm", "error:", "off_manifold:")
RANKING = """\
### How the methods rank

Mean ranks over data sets, 1 the best. In each data set and seed the methods are ranked, a diverged seed last; these
ranks are averaged over the seeds, *overall* over the metrics too, and ranked again, so that a data set counts once
([why](../../docs/verdicts.md#how-methods-rank)). The rank of the codes is no quality, so nothing is ranked by it.
[ranking.csv](tables/ranking.csv)"""
UNLIKE = (
    "Methods that were trained otherwise than the rest, as noted above, are ranked and drawn among them all the same."
)
DATA_SETS, SEEDS = BLOCKS


def family(results: Results) -> str:
    """Return the table of every data set, the differences to the methods of `family.against`, and the ranking."""
    level = results.plan["config"]["verdicts"]["level"]
    parts = [TEXT.format(level, results.family.filter(regex="^p:").notna().sum().sum())]
    unlike = False
    for dataset, rows in results.family.groupby("dataset", sort=False):
        place, notes = Place(dataset, None), [*_trained_otherwise(dataset, rows, results)]
        unlike = unlike or bool(notes)
        parts += [f"### All methods on {results.title(place)}", _means(place, rows, results)]
        parts += [*notes, *_differences(rows, results, level)]
    return "\n\n".join([*parts, *_ranking(results), *([UNLIKE] if unlike else [])])


def training_seconds(results: Results, costs: pd.Series) -> str:
    """Return a table of what training each method cost on each data set; `costs` by data set and variant."""
    names = results.family[["dataset", "method", "variant"]].drop_duplicates()
    seconds = names.set_index(["dataset", "variant"]).join(costs.rename("seconds")).reset_index()
    wide = seconds.pivot(index="method", columns="dataset", values="seconds")
    titles = [results.title(Place(name, None)) for name in names["dataset"].unique()]
    rows = [
        [method, *(_seconds(wide.loc[method, name]) for name in names["dataset"].unique())]
        for method in names["method"].unique()
    ]
    return table(["training, s", *titles], rows)


def _seconds(value: float) -> str:
    if pd.isna(value):
        return "-"
    return f"{value:,.1f}" if value else "no training"


def _means(place: Place, rows: pd.DataFrame, results: Results) -> str:
    metrics = [name for name in rows["metric"].unique() if name.startswith(SHOWN)]
    methods = rows.drop_duplicates("method")
    lines = [
        [_name(row, results), *(results.cell(place, row.variant, name, DIGITS[name.split(":")[0]]) for name in metrics)]
        for row in methods.itertuples()
    ]
    return table(["", *map(heading, metrics)], lines)


def _name(row: Any, results: Results) -> str:
    """Return a method and, where it has another name, its variant on this data set."""
    return row.method if results.labels[row.variant] == row.method else f"{row.method} ({row.variant})"


def _trained_otherwise(dataset: str, rows: pd.DataFrame, results: Results) -> Iterator[str]:
    """Yield a note on the rows that were trained otherwise than the rest, those alike together."""
    config = results.plan["config"]
    usual = config["training"] | config["data"][dataset].get("training", {})
    variants = rows.drop_duplicates("method").set_index("variant")["method"]
    runs = {run["variant"]: run for run in results.plan["runs"] if run["dataset"] == dataset}
    alike: dict[str, list[str]] = {}
    for variant, method in variants.items():
        own = {key: value for key, value in runs[variant]["training"].items() if value != usual[key]}
        if own:
            changed = ", ".join(f"{key} {value} (others {usual[key]})" for key, value in own.items())
            alike.setdefault(changed, []).append(method)
    for changed, names in alike.items():
        yield fill(
            f"**Trained otherwise than the rest** ({changed}): {', '.join(names)}.", WIDTH, break_on_hyphens=False
        )


def _differences(rows: pd.DataFrame, results: Results, level: float) -> Iterator[str]:
    settings = results.plan["config"]["family"]
    wanted = dict.fromkeys([settings["frontier"]["rank"], *settings["frontier"]["quality"], *settings["ranked_by"]])
    metrics = [name for name in wanted if (rows["metric"] == name).any()]
    numbers = rows.set_index(["method", "metric"])
    lines = [
        [f"{method} - {other}", *(_difference(numbers.loc[method], name, other, level, results) for name in metrics)]
        for other in settings["against"]
        for method in rows["method"].unique()
        if numbers.loc[method, f"difference:{other}"].notna().any()
    ]
    if lines:
        yield table(["difference", *map(heading, metrics)], lines)


def _difference(numbers: pd.DataFrame, metric: str, other: str, level: float, results: Results) -> str:
    """Return a method's difference, with its interval; in: its rows of family.csv by metric."""
    if metric not in numbers.index or pd.isna(numbers.loc[metric, f"difference:{other}"]):
        return "-"
    row = numbers.loc[metric]
    names = [f"{name}:{other}" for name in ("difference", "low", "high")]
    text, low, high = (difference(row[name], digits(metric, results)) for name in names)
    text += f" [{low}, {high}]" if pd.notna(row[names[1]]) else ""
    return f"**{text}**" if row[f"p_corrected:{other}"] < level else text


def _ranking(results: Results) -> Iterator[str]:
    yield RANKING
    rows = results.ranking[results.ranking["blocks"] == DATA_SETS]
    wide = rows.pivot(index="method", columns="metric", values="mean_rank")
    metrics = rows["metric"].unique()
    order = wide.reindex(rows["method"].unique()).sort_values(OVERALL, kind="stable").index
    lines = [[method, *(_rank(wide.loc[method, name]) for name in metrics)] for method in order]
    tests = rows.dropna(subset="mean_rank").groupby("metric").first().reindex(metrics)
    lines += [[f"*{name}*", *(_number(value) for value in tests[column])] for name, column in TESTS.items()]
    yield table(["", *(OVERALL if name == OVERALL else heading(name) for name in metrics)], lines)
    yield fill(" ".join(_meaning(results.ranking)), WIDTH, break_on_hyphens=False)


# Rows under the ranks.
TESTS = {"methods": "k", "data sets": "n", "Friedman's p": "p", "critical difference": "critical_difference"}


def _rank(value: float) -> str:
    return "-" if pd.isna(value) else f"{value:.2f}"


def _number(value: float) -> str:
    return "-" if pd.isna(value) else f"{value:.2g}" if value < 1 else f"{value:.3g}"


def _meaning(ranking: pd.DataFrame) -> Iterator[str]:
    """Yield what the overall ranking shows and what it does not."""
    overall = ranking[ranking["metric"] == OVERALL]
    means = {blocks: overall[overall["blocks"] == blocks].dropna(subset="mean_rank") for blocks in BLOCKS}
    first = next(means[DATA_SETS].itertuples(), None)
    if first is None:
        yield "No two methods ran on all of these data sets, so they have no overall rank."
    elif first.n < 2:
        yield "Of one data set alone no ranking follows for others."
    else:
        yield _shown(means[DATA_SETS], first)
        far, pairs = _apart(means[SEEDS])
        yield f"With each seed as a block, {far} of {pairs} pairs differ by more than the critical difference;"
        yield "that is on these data sets alone."
    left_out = overall[(overall["blocks"] == DATA_SETS) & overall["mean_rank"].isna()]
    if len(left_out):
        reasons = ", ".join(f"{row.method} ({row.reason})" for row in left_out.itertuples())
        yield f"Not ranked overall, for want of a number: {reasons}."


def _shown(rows: pd.DataFrame, first: Any) -> str:
    difference = f"two mean ranks must differ by {first.critical_difference:.2f}"
    if first.critical_difference >= first.k - 1:
        return (
            f"With {first.n:.0f} data sets and {first.k:.0f} methods {difference}, more than any two can: these ranks "
            "describe these data sets and show nothing of others."
        )
    far, pairs = _apart(rows)
    return (
        f"Over {first.n:.0f} data sets {difference}; {far} of {pairs} pairs do. Of the others the ranks do not show "
        "which is better, nor of any by how much."
    )


def _apart(rows: pd.DataFrame) -> tuple[int, int]:
    """Return how many pairs of methods differ by more than the critical difference, and how many there are."""
    pairs = list(combinations(rows["mean_rank"], 2))
    return sum(abs(a - b) > rows["critical_difference"].iloc[0] for a, b in pairs), len(pairs)
