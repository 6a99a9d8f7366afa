"""The papers' claims, each with what this run says on it and the verdict on the paper; in: plan, measured numbers."""

from pathlib import Path
from typing import Any

import pandas as pd

from bench.records.tables import read_table
from bench.verdicts.comparable import differences
from bench.verdicts.measured import Measured, by_seed, spreads
from bench.verdicts.orderings import NOT_COMPARABLE, NOT_RUN, notes, outcomes


def claims(plan: dict[str, Any], measured: Measured, data: dict[str, Any]) -> pd.DataFrame:
    """Return every claim with what this run says on it (`outcome`) and the verdict on the paper, which is the
    same where the run may be compared with the paper.
    """
    table = outcomes(plan, measured)
    table["verdict"] = table["outcome"]
    for index, claim in enumerate(plan["claims"]):
        if table.loc[index, "outcome"] == NOT_RUN:
            continue
        if found := [claim["unlike"]] if "unlike" in claim else differences(claim["metric"], claim["role"], plan, data):
            table.loc[index, ["verdict", "reason"]] = NOT_COMPARABLE, "; ".join(found)
    return table.assign(note=notes(table, plan, measured))


def read_measured(results: Path) -> Measured:
    """Return what a results folder measured: every number of the runs, the spreads over its studies, and the numbers of
    rule `linear_rank`, as those of a data set called `linear`.
    """
    metrics, studies = (read_table(results / "tables" / f"{name}.csv") for name in ("metrics", "studies"))
    linear = read_table(results / "linear_rank" / "summary.csv").assign(dataset="linear")
    return Measured(by_seed(metrics) | spreads(studies) | by_seed(linear))
