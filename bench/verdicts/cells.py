"""The published numbers one by one; in: values by seed and paper.csv, out: same, consistent, better or worse."""

from typing import Any

import pandas as pd

from bench.report.names import PAPER_DATA, dataset_in
from bench.verdicts.comparable import differences
from bench.verdicts.measured import Measured
from bench.verdicts.orderings import INCONCLUSIVE, NOT_COMPARABLE, NOT_RUN
from bench.verdicts.significance import against_published, corrected

SAME, CONSISTENT, BETTER, WORSE, LOWER, HIGHER = "same", "consistent", "better", "worse", "lower", "higher"


def cells(plan: dict[str, Any], measured: Measured, paper: pd.DataFrame, data: dict[str, Any]) -> pd.DataFrame:
    """Return one row per published number: ours, the difference with its tests, the verdict and its reason.

    The verdict supposes the first of `verdicts.paper_runs`; the columns verdict:N the others.
    """
    roles = {known.dataset: role for role, known in PAPER_DATA.items()}
    runs, margins = plan["config"]["verdicts"]["paper_runs"], plan["config"]["verdicts"]["margin"]
    table = paper.rename(columns={"value": "paper", "sd": "paper_sd"})
    table["dataset"] = [dataset_in(roles[name], plan) for name in paper["dataset"]]
    series = [measured.values(row.dataset, row.variant, row.metric) for row in table.itertuples()]
    own = [pd.Series(dtype=float) if values is None else values for values in series]
    table["mean"] = [values.mean() for values in own]
    table["sd"] = [values.std() for values in own]
    table["n"] = [int(values.count()) for values in own]
    table["difference"] = table["mean"] - table["paper"]
    table["margin"] = [margin(row.metric, row.paper, margins) for row in table.itertuples()]
    reasons = [
        _reason(row, role, plan, data, row.n)
        for row, role in zip(table.itertuples(), paper["dataset"].map(roles), strict=True)
    ]
    level = plan["config"]["verdicts"]["level"]
    for count in runs:
        first = count == runs[0]
        tests = [
            against_published(v, r.paper, r.paper_sd, count, r.margin)
            for v, r in zip(own, table.itertuples(), strict=True)
        ]
        p = corrected(pd.Series([estimate.p for estimate, _ in tests]))
        equivalent = corrected(pd.Series([found for _, found in tests]))
        if first:
            table["p_corrected"], table["p_equivalence_corrected"] = p.to_numpy(), equivalent.to_numpy()
        verdicts = [
            reason[0] or verdict(row, a, b, level)
            for row, reason, a, b in zip(table.itertuples(), reasons, p, equivalent, strict=True)
        ]
        table["verdict" if first else f"verdict:{count}"] = verdicts
    table["paper_runs"] = runs[0]
    table["reason"] = [reason for _, reason in reasons]
    return table


def margin(metric: str, number: float, margins: dict[str, float]) -> float:
    """Return the difference from a published number that does not matter (`verdicts.margin`)."""
    return max(margins["share"] * abs(number), margins[metric.split(":")[0]])


def _reason(row: Any, role: str, plan: dict[str, Any], data: dict[str, Any], n: int) -> tuple[str, str]:
    """Return why there is no verdict, as a verdict and in words; nothing if there is one."""
    if n == 0:
        ran = pd.notna(row.dataset)
        return NOT_RUN, "not measured" if ran else f"{PAPER_DATA[role].title} does not run in this preset"
    if found := differences(row.metric, role, plan, data):
        return NOT_COMPARABLE, "; ".join(found)
    return (INCONCLUSIVE, "1 seed") if n == 1 else ("", "")


def verdict(row: Any, p: float, equivalent: float, level: float) -> str:
    """Return `same` if ours is shown to be within the margin, `better` or `worse` (of singular values, which are
    neither, `lower` or `higher`) if it is shown to differ, else `consistent`.
    """
    if equivalent < level:
        return SAME
    if not p < level:
        return CONSISTENT
    below, above = (LOWER, HIGHER) if row.metric.startswith("singular_value") else (BETTER, WORSE)
    return below if row.difference < 0 else above
