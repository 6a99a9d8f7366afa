"""The published numbers one by one; in: values by seed and paper.csv, out: same, consistent, better or worse."""

from typing import Any

import numpy as np
import pandas as pd

from bench.records.names import PAPER_DATA, dataset_in
from bench.verdicts.comparable import differences
from bench.verdicts.comparison import margin
from bench.verdicts.measured import Measured
from bench.verdicts.outcomes import NOT_COMPARABLE, NOT_RUN, UNCLEAR
from bench.verdicts.significance import against_published, corrected

SAME, CONSISTENT, BETTER, WORSE, LOWER, HIGHER = "same", "consistent", "better", "worse", "lower", "higher"


def cells(plan: dict[str, Any], measured: Measured, paper: pd.DataFrame, data: dict[str, Any]) -> pd.DataFrame:
    """Return one row per published number: ours, the difference with its tests, the verdict and its reason.

    The verdict supposes the first of `verdicts.paper_runs`; the columns verdict:N the others.
    """
    settings = plan["config"]["verdicts"]
    table, own = beside_published(plan, measured, paper, settings["margin"])
    reasons = [_reason(row, plan, data) for row in table.itertuples()]
    supposed, *others = settings["paper_runs"]
    table["paper_runs"] = supposed
    table["p_corrected"], table["p_equivalence_corrected"] = _tests(table, own, supposed)
    for name, runs in (("verdict", supposed), *((f"verdict:{runs}", runs) for runs in others)):
        answers = zip(table.itertuples(), reasons, *_tests(table, own, runs), strict=True)
        table[name] = [why[0] or verdict(row, p, same, settings["level"]) for row, why, p, same in answers]
    return table.assign(reason=[reason for _, reason in reasons])


def beside_published(
    plan: dict[str, Any], measured: Measured, paper: pd.DataFrame, margins: dict[str, float]
) -> tuple[pd.DataFrame, list[pd.Series]]:
    """Return the published numbers with ours beside them, and our values by seed (empty: not measured)."""
    roles = {known.dataset: role for role, known in PAPER_DATA.items()}
    table = paper.rename(columns={"dataset": "paper_dataset", "value": "paper", "sd": "paper_sd"})
    table.insert(1, "dataset", [dataset_in(roles[name], plan) for name in paper["dataset"]])
    ours = [measured.values(row.dataset, row.variant, row.metric) for row in table.itertuples()]
    own = [pd.Series(dtype=float) if values is None else values for values in ours]
    table["mean"] = [values.mean() for values in own]
    table["sd"] = [values.std() for values in own]
    table["n"] = [int(values.count()) for values in own]
    table["n_planned"] = [len(values) for values in own]
    table["difference"] = table["mean"] - table["paper"]
    table["margin"] = [margin(row.metric, row.paper, margins) for row in table.itertuples()]
    return table, own


def _tests(table: pd.DataFrame, own: list[pd.Series], runs: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the corrected p-values of a difference and of not being equivalent, for a supposed number of runs."""
    pairs = zip(own, table.itertuples(), strict=True)
    tests = [against_published(values, row.paper, row.paper_sd, runs, row.margin) for values, row in pairs]
    p, equivalent = [estimate.p for estimate, _ in tests], [within for _, within in tests]
    return corrected(pd.Series(p)).to_numpy(), corrected(pd.Series(equivalent)).to_numpy()


def _reason(row: Any, plan: dict[str, Any], data: dict[str, Any]) -> tuple[str, str]:
    """Return why there is no verdict, as a verdict and in words; nothing if there is one."""
    role, known = next((role, known) for role, known in PAPER_DATA.items() if known.dataset == row.paper_dataset)
    if row.n_planned == 0:
        ran = row.dataset in plan["datasets"]
        return NOT_RUN, "not measured" if ran else f"{known.title} does not run in this preset"
    if unlike := differences(row.metric, role, plan, data):
        return NOT_COMPARABLE, "; ".join(unlike)
    if row.n < 2:
        return UNCLEAR, "1 seed" if row.n else "every seed diverged"
    return "", ""


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
