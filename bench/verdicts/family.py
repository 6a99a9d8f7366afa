"""Every method on every data set; in: plan and values by seed, out: means and paired differences to some methods."""

from typing import Any

import pandas as pd

from bench.records.names import RANK, labels
from bench.verdicts.measured import Measured
from bench.verdicts.significance import NOTHING, corrected, paired

# In the order of the tables; an entry that ends with a colon stands for all that begin so.
METRICS = (
    *(RANK, "effective_rank", "explained_variance", "mse"),
    *("fid:", "kid:", "precision:", "recall:", "interpolation:", "error:", "penalty_share"),
)
EARLY_STOPPING = ":best"  # the reading of an error that the paper's is
KEYS = ["dataset", "method", "variant", "metric"]
SUMMARY = ["mean", "sd", "n", "n_planned"]
ESTIMATE = ["difference", "low", "high", "below", "p", "p_corrected"]


def family(plan: dict[str, Any], measured: Measured) -> pd.DataFrame:
    """Return one row per data set, method and metric: mean and sd (ddof 1) of the n finite ones of n_planned seeds.

    Columns that end in `:M` compare the row's method with the method M of `family.against`, seed by seed:
    difference is the row's method less M, low and high its 95 % interval, below in how many seeds it is negative, p
    that of a paired t-test, p_corrected the same after Benjamini and Hochberg's correction for all tests of the table.
    Two methods of `against` are compared once, in the row of the later one.
    """
    against = plan["config"]["family"]["against"]
    columns = [*KEYS, *SUMMARY, *(f"{column}:{other}" for other in against for column in ESTIMATE)]
    rows = [row for dataset in plan["config"]["datasets"] for row in _rows(dataset, against, plan, measured)]
    return _corrected(pd.DataFrame(rows, columns=columns), against)


def methods(dataset: str, plan: dict[str, Any]) -> dict[str, str]:
    """Map each method on a data set to its variant there, the first of its list that runs; in the plan's order.

    A variant that no method lists is one by its own label, unless it is left out.
    """
    settings, own = plan["config"]["family"], plan["config"]["variants"]
    running = list(dict.fromkeys(run["variant"] for run in plan["runs"] if run["dataset"] == dataset))
    listed = [*settings["left_out"], *(name for variants in settings["methods"].values() for name in variants)]
    called, by_method = labels(plan), {}
    others = {called[name]: [name] for name in own if name not in listed}
    for method, variants in (settings["methods"] | others).items():
        if chosen := next((name for name in variants if name in running), None):
            by_method[method] = chosen
    return dict(sorted(by_method.items(), key=lambda pair: running.index(pair[1])))


def metrics(dataset: str, measured: Measured) -> list[str]:
    """Return what the methods of a data set are compared in."""
    known = list(dict.fromkeys(metric for name, _, metric in measured.usual if name == dataset))
    known = [name for name in known if not name.startswith("error:") or name.endswith(EARLY_STOPPING)]
    return [name for entry in METRICS for name in known if name == entry or entry[-1] == ":" and name.startswith(entry)]


def _rows(dataset: str, against: list[str], plan: dict[str, Any], measured: Measured) -> list[dict[str, Any]]:
    chosen, compared, rows = methods(dataset, plan), metrics(dataset, measured), []
    for method, variant in chosen.items():
        others = against[: against.index(method)] if method in against else against
        for metric in compared:
            values = measured.values(dataset, variant, metric)
            if values is not None:
                row = dict(zip(KEYS, (dataset, method, variant, metric), strict=True)) | _summary(values)
                for other in others:
                    row |= _difference(values, measured.values(dataset, chosen.get(other, ""), metric), other)
                rows.append(row)
    return rows


def _summary(values: pd.Series) -> dict[str, float]:
    return {"mean": values.mean(), "sd": values.std(), "n": values.count(), "n_planned": len(values)}


def _difference(values: pd.Series, theirs: pd.Series | None, other: str) -> dict[str, float]:
    estimate = NOTHING if theirs is None else paired(values, theirs)
    below = estimate.agree if estimate.n else float("nan")
    numbers = (estimate.mean, estimate.low, estimate.high, below, estimate.p)
    return {f"{column}:{other}": number for column, number in zip(ESTIMATE, numbers, strict=False)}


def _corrected(table: pd.DataFrame, against: list[str]) -> pd.DataFrame:
    """Correct the p-values to all references together."""
    p = table[[f"p:{other}" for other in against]].stack(future_stack=True)
    for other, column in corrected(p).unstack().items():
        table[str(other).replace("p:", "p_corrected:", 1)] = column
    return table
