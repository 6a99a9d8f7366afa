"""Rule `judge`: verdicts on the papers' claims and numbers; in: plan, aggregated tables, paper.csv, out:
claims.csv, cells.csv, sensitivity.csv, variance.csv; and all methods on all data sets: family.csv, ranking.csv.

A verdict is a function of these tables: equal inputs give equal bytes.
"""

import argparse
from pathlib import Path

from bench.job.command import run
from bench.records.files import read_json
from bench.records.tables import read_table, write_table
from bench.verdicts.cells import cells
from bench.verdicts.claims import claims
from bench.verdicts.family import family
from bench.verdicts.measured import read_measured
from bench.verdicts.ranking import ranking
from bench.verdicts.sensitivity import sensitivity
from bench.verdicts.variance import variance


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
