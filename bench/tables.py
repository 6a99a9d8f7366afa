"""Rule `tables`: the report; in: plan, the tables of `aggregate` and `judge`, paper.csv, out: tables.md, the
same as a page, and its tables in long form.

Equal inputs give equal bytes. Of two runs that measured the same, only the line of the wall time and the
section Cost differ.
"""

from collections.abc import Callable
from pathlib import Path

import pandas as pd

from bench.records.files import writing
from bench.records.tables import write_table
from bench.report.classification import table_2
from bench.report.codes import ablation_frame, ablations, controls, reconstruction, spectra
from bench.report.cost import cost, cost_frame
from bench.report.family import family
from bench.report.found import found
from bench.report.generation import table_1
from bench.report.interpolation import interpolation
from bench.report.linear import linear_rank
from bench.report.measures import measures
from bench.report.overview import figures, introduction, what_ran
from bench.report.page import page as html
from bench.report.results import Results, read_results
from bench.report.sensitivity import sensitivity
from bench.report.studies import studies
from bench.report.verdicts import verdicts

SECTIONS: list[Callable[[Results], str]] = [
    introduction,
    found,
    verdicts,
    sensitivity,
    what_ran,
    family,
    table_1,
    table_2,
    ablations,
    spectra,
    reconstruction,
    interpolation,
    measures,
    controls,
    studies,
    linear_rank,
    figures,
    cost,
]
SPECTRA = ("effective_rank", "rank:", "largest_singular_value", "singular_value:")


def whole_report(results: Results) -> str:
    """Return tables.md."""
    return "\n\n".join(filter(None, (section(results) for section in SECTIONS))) + "\n"


def long_tables(results: Results) -> dict[str, pd.DataFrame]:
    """Return the tables in long form, one row per data set, variant and metric (columns: `cells.COLUMNS`)."""
    return {
        "table_1": results.select("fid:", "kid:", "precision:", "recall:"),
        "table_2": results.select("error:"),
        "ablations": ablation_frame(results),
        "spectra": results.select(*SPECTRA),
        "reconstruction": results.select("mse", "explained_variance"),
        "interpolation": results.select("interpolation:", "interpolation_fid:", "midpoint_error"),
        "cost": cost_frame(results),
    }


def main(*, plan: Path, paper: Path, report: Path, page: Path, tables: Path) -> None:
    results = read_results(plan, plan.parent, paper)
    for name, table in long_tables(results).items():
        write_table(tables / f"{name}.csv", table)
    text = whole_report(results)
    for path, content in ((report, text), (page, html("Tables", text))):
        with writing(path) as temporary:
            temporary.write_text(content, encoding="utf-8")
