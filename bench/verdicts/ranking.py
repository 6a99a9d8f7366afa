"""How methods rank over data sets; in: plan and values by seed, out: mean ranks, Friedman's test, critical difference.

Source: Demsar, "Statistical comparisons of classifiers over multiple data sets", JMLR 7 (2006), section 3.2.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from bench.records.names import HIGHER_IS_BETTER
from bench.verdicts.family import methods
from bench.verdicts.measured import Measured

OVERALL = "overall"
TEST = ["k", "n", "statistic", "p", "critical_difference"]
COLUMNS = ["metric", "method", "mean_rank", *TEST, "reason"]
LEAST = 3  # methods that Friedman's test compares; of two, the paired differences say more


def ranking(plan: dict[str, Any], measured: Measured) -> pd.DataFrame:
    """Return one row per metric (and `overall`) and method: its mean rank over n data sets among k methods (1: best),
    Friedman's statistic with its p, and Nemenyi's critical difference of two mean ranks.

    Methods are ranked within each data set and seed (ties averaged, a diverged seed last), these ranks are averaged
    over seeds, for `overall` over the metrics too, and ranked again. A method that was not measured on every data set,
    or on one of them trained otherwise than is usual there, is not ranked; `reason` says so.
    """
    wanted = plan["config"]["family"]["ranked_by"]
    tables = {metric: _values(metric, plan, measured) for metric in wanted}
    variants = {dataset: methods(dataset, plan) for dataset in plan["config"]["datasets"]}
    names = dict.fromkeys(method for own in variants.values() for method in own)
    rows = []
    for metric, chosen in [(OVERALL, wanted), *((metric, [metric]) for metric in wanted)]:
        reasons = {name: _why_not(name, variants, [tables[m] for m in chosen], plan) for name in names}
        kept = [name for name in names if not reasons[name]]
        means, test = _tested([tables[m] for m in chosen], kept, plan["config"]["verdicts"]["level"])
        for name in names:
            row = {"metric": metric, "method": name, "reason": reasons[name]}
            rows.append(row | ({"mean_rank": means[name]} | test if name in means else {}))
    return pd.DataFrame(rows, columns=COLUMNS)


def shows(rows: pd.DataFrame) -> bool:
    """Tell whether a metric's ranking could show a difference: some two of the k mean ranks can be further apart than
    the critical difference. In: the rows of a metric.
    """
    ranked = rows.dropna(subset="mean_rank")
    return len(ranked) > 0 and bool(ranked["critical_difference"].iloc[0] < ranked["k"].iloc[0] - 1)


def trained_otherwise(dataset: str, variant: str, plan: dict[str, Any]) -> str:
    """Return how a variant's training differs from the usual one on a data set; empty if it does not."""
    config = plan["config"]
    usual = config["training"] | config["data"][dataset].get("training", {})
    own = next(run["training"] for run in plan["runs"] if (run["dataset"], run["variant"]) == (dataset, variant))
    return ", ".join(f"{key} {own[key]} (others {usual[key]})" for key in usual if own[key] != usual[key])


def _values(metric: str, plan: dict[str, Any], measured: Measured) -> pd.DataFrame:
    """Return values [data set and seed, method]: lower is better, infinite if diverged, missing if not measured."""
    parts = {}
    for dataset in plan["config"]["datasets"]:
        series = {name: measured.values(dataset, variant, metric) for name, variant in methods(dataset, plan).items()}
        if known := {name: values for name, values in series.items() if values is not None}:
            table = pd.DataFrame(known)
            parts[dataset] = (-table if metric in HIGHER_IS_BETTER else table).fillna(np.inf)
    return pd.concat(parts, names=["dataset", "seed"]) if parts else pd.DataFrame()


def _why_not(
    method: str, variants: dict[str, dict[str, str]], tables: Sequence[pd.DataFrame], plan: dict[str, Any]
) -> str:
    """Return on which data sets a method lacks a metric that others have, and where it was trained otherwise; empty if
    on none. `variants` are those of the methods, by data set.
    """
    lacking: dict[str, None] = {}
    for table in filter(len, tables):
        known = table[method].notna() if method in table else pd.Series(False, table.index)
        lacking |= dict.fromkeys(known.index.get_level_values("dataset")[~known])
    parts = [f"not on {', '.join(lacking)}"] if lacking else []
    ranked_on = dict.fromkeys(name for table in filter(len, tables) for name in table.index.get_level_values("dataset"))
    for dataset in (name for name in ranked_on if name not in lacking):
        changed = trained_otherwise(dataset, variants[dataset][method], plan)
        parts += [f"trained otherwise on {dataset}: {changed}"] if changed else []
    return "; ".join(parts)


def _tested(tables: Sequence[pd.DataFrame], kept: list[str], level: float) -> tuple[dict[str, float], dict[str, float]]:
    """Return the mean rank of each method that is kept, and what Friedman's and Nemenyi's tests say."""
    ranks = [table[kept].rank(axis=1) for table in tables if len(table)]
    if not ranks or len(kept) < 2:
        return {}, {}
    # A data set is one block: seeds are looks at the same one.
    blocks = pd.concat(ranks).groupby(level="dataset", sort=False).mean().rank(axis=1)
    n, k = blocks.shape
    numbers = (k, n, *friedman(blocks.to_numpy()), critical_difference(k, n, level))
    return blocks.mean().to_dict(), dict(zip(TEST, numbers, strict=True))


def friedman(ranks: np.ndarray) -> tuple[float, float]:
    """Return Friedman's statistic and p for ranks [blocks, methods]; missing for one block or two methods."""
    n, k = ranks.shape
    if n < 2 or k < LEAST:
        return np.nan, np.nan
    if not np.ptp(ranks, axis=1).any():
        return 0.0, 1.0  # all tied: scipy would divide by zero
    test = stats.friedmanchisquare(*ranks.T)
    return float(test.statistic), float(test.pvalue)


def critical_difference(k: int, n: int, level: float) -> float:
    """Return by how much mean ranks of two of k methods must differ over n blocks (Nemenyi; Demsar, section 3.2.2)."""
    return float(_quantile(k, level) * np.sqrt(k * (k + 1) / (6 * n))) if n > 1 else np.nan


@cache
def _quantile(k: int, level: float) -> float:
    """Return the quantile of the studentized range with infinitely many degrees of freedom, over the root of 2."""
    return stats.studentized_range.ppf(1 - level, k, np.inf) / np.sqrt(2)
