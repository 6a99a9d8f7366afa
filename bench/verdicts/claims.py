"""The claims with their verdicts; in: plan, values by seed and data records, out: claims.csv."""

from pathlib import Path
from typing import Any

import pandas as pd

from bench.records.tables import read_table
from bench.verdicts.comparable import differences
from bench.verdicts.measured import Measured, by_seed, spreads
from bench.verdicts.orderings import NOT_COMPARABLE, NOT_RUN, notes, outcomes


def claims(plan: dict[str, Any], measured: Measured, data: dict[str, Any]) -> pd.DataFrame:
    """Return one row per claim: the columns of `outcomes`, its verdict on the paper and a note.

    The verdict is the outcome of this run where its numbers may be set against the paper's, `not comparable` with the
    reason where they may not. `data` holds data.json by data set.
    """
    table = outcomes(plan, measured)
    table["verdict"] = table["outcome"]
    for index, claim in enumerate(plan["claims"]):
        if table.loc[index, "outcome"] == NOT_RUN:
            continue
        unlike = [claim["unlike"]] if "unlike" in claim else differences(claim["metric"], claim["role"], plan, data)
        if unlike:
            table.loc[index, ["verdict", "reason"]] = NOT_COMPARABLE, "; ".join(unlike)
    return table.assign(note=notes(table, plan, measured))


def read_measured(results: Path) -> Measured:
    """Return what a results folder measured: every number of the runs, the spreads over its studies, and the numbers of
    rule `linear_rank`, as those of a data set called `linear`.
    """
    metrics, studies = (read_table(results / "tables" / f"{name}.csv") for name in ("metrics", "studies"))
    linear = read_table(results / "linear_rank" / "summary.csv").assign(dataset="linear")
    return Measured(by_seed(metrics) | spreads(studies) | by_seed(linear))
