"""Rule `aggregate`: one table per kind of record; in: the plan and the files of its jobs, out: metrics.csv,
alternatives.csv, studies.csv, history.csv, trajectory.csv, runs.csv, jobs.csv.
"""

from pathlib import Path

from bench.records.files import read_json
from bench.records.gather import TABLES
from bench.records.tables import write_table


def main(*, plan: Path, tables: Path) -> None:
    content = read_json(plan)
    for name, gather in TABLES.items():
        write_table(tables / f"{name}.csv", gather(content, plan.parent))
