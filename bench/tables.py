"""Rule `tables`: the report; in: plan, the tables of `aggregate` and `judge`, paper.csv, out: tables.md, a page per
subject beside it, its tables in long form, and what results/tables.md takes from this preset.

Equal inputs give equal bytes. Of two runs that measured the same, only the wall time and the page of costs differ.
"""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from bench.records.files import write_json, writing
from bench.records.tables import write_table
from bench.report.cells import LONG
from bench.report.classification import readings, table_2
from bench.report.codes import codes
from bench.report.cost import cost, cost_frame
from bench.report.count import count
from bench.report.family import family
from bench.report.found import found
from bench.report.generation import interpolation, other_yardsticks, table_1
from bench.report.left import left
from bench.report.linear import linear_rank
from bench.report.measures import measures
from bench.report.overview import figures, hero, introduction, opening, what_ran
from bench.report.results import Results, read_results
from bench.report.sensitivity import sensitivity
from bench.report.studies import studies
from bench.report.verdicts import published_numbers, verdicts

Section = Callable[[Results], str]


class Page(NamedTuple):
    """A page beside tables.md: its title and what stands there."""

    title: str
    sections: tuple[Section, ...]


FIRST: tuple[Section, ...] = (introduction, found, hero, count, table_1, table_2, what_ran)
PAGES = {
    "figures": Page("Figures", (figures,)),
    "claims": Page("Every claim of the papers", (verdicts, published_numbers)),
    "protocols": Page("Would another protocol change the conclusions?", (sensitivity,)),
    "methods": Page("All methods on all data sets", (family, measures)),
    "codes": Page("What the codes are like", (codes,)),
    "samples": Page("Samples and interpolations", (other_yardsticks, interpolation)),
    "labels": Page("Errors by number of labels", (readings,)),
    "studies": Page("Studies: what a setting does", (studies,)),
    "linear_rank": Page("Linear autoencoders on data of a known rank", (linear_rank,)),
    "cost": Page("What it cost", (cost,)),
}


def first_page(results: Results) -> str:
    """Return tables.md."""
    links = "\n".join(f"- [{page.title}]({name}.md)" for name, page in PAGES.items())
    return _joined([*(section(results) for section in FIRST), f"## More\n\n{links}"])


def other_page(page: Page, results: Results) -> str:
    """Return a page beside it."""
    return _joined([opening(page.title, results), *(section(results) for section in page.sections)])


def _joined(parts: list[str]) -> str:
    return "\n\n".join(filter(None, parts)) + "\n"


def long_tables(results: Results) -> dict[str, pd.DataFrame]:
    """Return the tables in long form, one row per data set, variant and metric (columns: `cells.COLUMNS`)."""
    return {name: results.select(*prefixes) for name, prefixes in LONG.items()} | {"cost": cost_frame(results)}


def main(*, plan: Path, paper: Path, pages: Path, tables: Path, front: Path) -> None:
    results = read_results(plan, plan.parent, paper)
    for name, table in long_tables(results).items():
        write_table(tables / f"{name}.csv", table)
    texts = {"tables": first_page(results)} | {name: other_page(page, results) for name, page in PAGES.items()}
    for name, text in texts.items():
        with writing(pages / f"{name}.md") as temporary:
            temporary.write_text(text, encoding="utf-8")
    write_json(front, left(results))
