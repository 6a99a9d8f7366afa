"""Rule `judge`: verdicts on the papers' claims and numbers; in: plan, aggregated tables, paper.csv, out:
claims.csv, cells.csv, sensitivity.csv, variance.csv; and all methods on all data sets: family.csv, ranking.csv.

A verdict is a function of these tables: equal inputs give equal bytes.
"""

import argparse
from pathlib import Path
from typing import Any

import pandas as pd

from bench.job.command import run
from bench.records.files import read_json
from bench.records.tables import read_table, write_table
from bench.verdicts.cells import cells
from bench.verdicts.comparable import differences
from bench.verdicts.family import family
from bench.verdicts.measured import Measured, by_seed, spreads
from bench.verdicts.orderings import NOT_COMPARABLE, NOT_RUN, notes, outcomes
from bench.verdicts.ranking import ranking
from bench.verdicts.sensitivity import sensitivity
from bench.verdicts.variance import variance


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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("plan", "results", "paper"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    arguments = parser.parse_args()
    plan, folder = read_json(arguments.plan), arguments.results / "tables"
    measured, alternatives = read_measured(arguments.results), read_table(folder / "alternatives.csv")
    data = {name: read_json(arguments.results / "data" / name / "data.json") for name in plan["datasets"]}
    tables = {
        "claims": claims(plan, measured, data),
        "cells": cells(plan, measured, read_table(arguments.paper), data),
        "sensitivity": sensitivity(plan, measured, alternatives),
        "variance": variance(alternatives),
        "family": family(plan, measured),
        "ranking": ranking(plan, measured),
    }
    for name, table in tables.items():
        write_table(folder / f"{name}.csv", table)


if __name__ == "__main__":
    run(main)
