"""Rule `judge`: verdicts on the papers' claims and numbers; in: plan, aggregated tables, paper.csv, out:
claims.csv, cells.csv, sensitivity.csv, variance.csv; and all methods on all data sets: family.csv, ranking.csv.

A verdict is a function of these tables: equal inputs give equal bytes.
"""

from pathlib import Path

from bench.records.files import read_json
from bench.records.tables import read_table, write_table
from bench.verdicts.cells import cells
from bench.verdicts.claims import claims, read_measured
from bench.verdicts.family import family
from bench.verdicts.ranking import ranking
from bench.verdicts.sensitivity import sensitivity
from bench.verdicts.variance import variance


def main(*, plan: Path, paper: Path, tables: Path) -> None:
    results, plan = plan.parent, read_json(plan)
    measured, alternatives = read_measured(results), read_table(results / "tables" / "alternatives.csv")
    data = {name: read_json(results / "data" / name / "data.json") for name in plan["datasets"]}
    judged = {
        "claims": claims(plan, measured, data),
        "cells": cells(plan, measured, read_table(paper), data),
        "sensitivity": sensitivity(plan, measured, alternatives),
        "variance": variance(alternatives),
        "family": family(plan, measured),
        "ranking": ranking(plan, measured),
    }
    for name, table in judged.items():
        write_table(tables / f"{name}.csv", table)
