"""All methods on all data sets; in: family.csv, ranking.csv, out: means, differences, and how the methods rank."""

from collections.abc import Iterator
from itertools import combinations

import pandas as pd

from bench.records.names import heading
from bench.report.cells import ABSENT, prose, table, with_interval
from bench.report.results import Place, Results
from bench.report.rows import extractor, row
from bench.verdicts.ranking import OVERALL, shows, trained_otherwise

TEXT = """\
Less is better but for the variance explained, precision and recall; a low rank is worth something only beside the
variance explained, and a penalty only what its share of the loss is. Below, the differences of the same seeds with
their 95 % intervals, **bold** where the seeds show that there is one (p < {:g} in a paired t-test, after Benjamini and
Hochberg's correction for all {} tests of [family.csv](tables/family.csv), which has every number); between methods that
explain differently a difference of ranks mostly says that one learned less: claims compare them at equal
reconstruction. A claim about the same pair is corrected among the claims and may read otherwise
([claims](claims.md)). What training costs is under [cost](cost.md)."""
SHARE = "penalty_share"
SHOWN = (  # a table each
    ("rank:", "effective_rank", "explained_variance", "fid:gmm", "precision:gmm", "recall:gmm"),
    ("error:", "interpolation:", SHARE),
)
RANKING = """\
## How the methods rank

Mean ranks over data sets, 1 the best. In each data set and seed the methods are ranked, a diverged seed last; these
ranks are averaged over the seeds, *overall* over the metrics too, and ranked again, so that a data set counts once
([why](../../docs/verdicts.md#how-methods-rank)). The rank of the codes is no quality, so nothing is ranked by it.
[ranking.csv](tables/ranking.csv)"""
NO_RANKING = """\
## How the methods rank

Over so few data sets no two mean ranks can be far enough apart to show that one method is better than another on data
that were not tried ([why](../../docs/verdicts.md#how-methods-rank)), so none are printed. What these data sets show are
the differences with their intervals, above. [ranking.csv](tables/ranking.csv)"""


def family(results: Results) -> str:
    """Return the table of every data set, the differences to the methods of `family.against`, and the ranking."""
    level = results.plan["config"]["verdicts"]["level"]
    parts = [
        TEXT.format(level, results.family.filter(regex="^p:").notna().sum().sum()),
        extractor(results, ["fid:gmm"]),
    ]
    for dataset, rows in results.family.groupby("dataset", sort=False):
        place = Place(dataset, None)
        test = results.data[dataset]["counts"]["test"]
        images = f"Ranks, variance explained and test MSE are of all {test:,} test images, at the end of training."
        parts += [f"## All methods on {results.title(place)}", images, *_means(place, rows, results)]
        parts += [*_trained_otherwise(dataset, rows, results), *_differences(rows, results, level)]
    return "\n\n".join([*parts, *_ranking(results)])


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
        return ABSENT
    return f"{value:,.1f}" if value else "no training"


def _means(place: Place, rows: pd.DataFrame, results: Results) -> Iterator[str]:
    names = rows["variant"].unique()
    for shown in SHOWN:
        metrics = [name for name in rows["metric"].unique() if name.startswith(shown)]
        if metrics:
            lines = [row(results, place, variant, metrics) for variant in names]
            yield table(["", *map(heading, metrics)], lines)


def _trained_otherwise(dataset: str, rows: pd.DataFrame, results: Results) -> Iterator[str]:
    """Yield a note on the rows that were trained otherwise than the rest, those alike together."""
    alike: dict[str, list[str]] = {}
    for own in rows.drop_duplicates("method").itertuples():
        if changed := trained_otherwise(dataset, own.variant, results.plan):
            alike.setdefault(changed, []).append(results.label(own.variant, dataset))
    for changed, names in alike.items():
        yield prose(f"**Trained otherwise than the rest** ({changed}), so not ranked among them: {', '.join(names)}.")


def _differences(rows: pd.DataFrame, results: Results, level: float) -> Iterator[str]:
    settings = results.plan["config"]["family"]
    wanted = dict.fromkeys([settings["frontier"]["rank"], *settings["frontier"]["quality"], *settings["ranked_by"]])
    metrics = [name for name in wanted if (rows["metric"] == name).any()]
    numbers = rows.set_index(["method", "metric"])
    called = {own.method: results.label(own.variant, own.dataset) for own in rows.itertuples()}
    lines = [
        [
            f"{called[method]} - {called[other]}",
            *(_difference(numbers.loc[method], name, other, level, results) for name in metrics),
        ]
        for other in settings["against"]
        for method in rows["method"].unique()
        if numbers.loc[method, f"difference:{other}"].notna().any()
    ]
    if lines:
        yield table(["difference", *map(heading, metrics)], lines)


def _difference(numbers: pd.DataFrame, metric: str, other: str, level: float, results: Results) -> str:
    """Return a method's difference, with its interval; in: its rows of family.csv by metric."""
    if metric not in numbers.index or pd.isna(numbers.loc[metric, f"difference:{other}"]):
        return ABSENT
    own = numbers.loc[metric]
    names = [f"{name}:{other}" for name in ("difference", "low", "high")]
    text = with_interval(*(own[name] for name in names), results.digits(metric))
    return f"**{text}**" if own[f"p_corrected:{other}"] < level else text


def _ranking(results: Results) -> Iterator[str]:
    """Yield the rankings that could show something, or why there is none."""
    by_metric = {metric: rows for metric, rows in results.ranking.groupby("metric", sort=False) if shows(rows)}
    if not by_metric:
        yield NO_RANKING
        return
    yield RANKING
    shown = pd.concat(by_metric.values())
    wide = shown.pivot(index="method", columns="metric", values="mean_rank")[[*by_metric]]
    order = wide.reindex(shown["method"].unique()).sort_values([*by_metric], kind="stable").index
    lines = [[method, *(_rank(value) for value in wide.loc[method])] for method in order]
    tests = shown.dropna(subset="mean_rank").groupby("metric").first().reindex([*by_metric])
    lines += [[f"*{name}*", *(_number(value) for value in tests[column])] for name, column in TESTS.items()]
    yield table(["", *(OVERALL if name == OVERALL else heading(name) for name in by_metric)], lines)
    yield prose(" ".join(_meaning(by_metric)))


# Rows under the ranks.
TESTS = {"methods": "k", "data sets": "n", "Friedman's p": "p", "critical difference": "critical_difference"}


def _rank(value: float) -> str:
    return ABSENT if pd.isna(value) else f"{value:.2f}"


def _number(value: float) -> str:
    return ABSENT if pd.isna(value) else f"{value:.2g}" if value < 1 else f"{value:.3g}"


def _meaning(by_metric: dict[str, pd.DataFrame]) -> Iterator[str]:
    """Yield what the first ranking shows and what it does not, and whom it leaves out."""
    metric, rows = next(iter(by_metric.items()))
    ranks = rows.dropna(subset="mean_rank")
    first = ranks.iloc[0]
    pairs = list(combinations(ranks["mean_rank"], 2))
    far = sum(abs(one - other) > first["critical_difference"] for one, other in pairs)
    yield (
        f"By {OVERALL if metric == OVERALL else heading(metric)} two mean ranks must differ by "
        f"{first['critical_difference']:.2f} over {first['n']:.0f} data sets; {far} of {len(pairs)} pairs do. Of the "
        "others the ranks do not show which is better, nor of any by how much."
    )
    left_out = rows[rows["mean_rank"].isna()]
    if len(left_out):
        yield f"Not ranked: {', '.join(f'{row.method} ({row.reason})' for row in left_out.itertuples())}."
