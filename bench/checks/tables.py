"""Do the tables say what the runs' files say, and the means and verdicts what the numbers say?"""

from collections.abc import Iterator
from io import StringIO

import numpy as np
import pandas as pd

from bench.checks.folder import AGAIN, Finding, Folder, error
from bench.records.gather import COST, TABLES
from bench.report.cells import KEYS, LONG, summarise
from bench.verdicts.claims import claims, read_measured
from bench.verdicts.family import family
from bench.verdicts.ranking import ranking
from bench.verdicts.sensitivity import sensitivity
from bench.verdicts.variance import variance


def tables(folder: Folder) -> Iterator[Finding]:
    """The tables say what the files say, the verdicts and the means what the numbers say."""
    for name, gather in TABLES.items():
        if name == COST:
            continue  # its files may be gone by now
        yield from _compared(folder, name, gather(folder.plan, folder.root), "does not say what the runs' files say")
    measured, alternatives = read_measured(folder.root), folder.table("alternatives")
    data = {name: folder.records[name] for name in folder.plan["datasets"]}
    follows = {
        "claims": claims(folder.plan, measured, data),
        "sensitivity": sensitivity(folder.plan, measured, alternatives),
        "variance": variance(alternatives),
        "family": family(folder.plan, measured),
        "ranking": ranking(folder.plan, measured),
    }
    for name, again in follows.items():
        yield from _compared(folder, name, again, "does not follow from metrics.csv")
    yield from _means(folder)


def _compared(folder: Folder, name: str, again: pd.DataFrame, what: str) -> Iterator[Finding]:
    # Through text, as the table went: what is empty or whole there reads as another type.
    again = pd.read_csv(StringIO(again.to_csv(index=False)))
    if difference := _first_difference(folder.table(name), again):
        yield error("tables", f"tables/{name}.csv", f"{what}: {difference}; {AGAIN}")


def _first_difference(table: pd.DataFrame, again: pd.DataFrame) -> str:
    if list(table) != list(again):
        return f"columns {' '.join(map(str, table))} for {' '.join(map(str, again))}"
    if len(table) != len(again):
        return f"{len(table)} rows for {len(again)}"
    for column in table:
        ours, theirs = (frame[column].to_numpy() for frame in (table, again))
        wrong = (ours != theirs) & ~(pd.isna(ours) & pd.isna(theirs))
        if wrong.any():
            place = int(wrong.argmax())
            return f"row {place + 2}, {column}: {ours[place]} for {theirs[place]}"
    return ""


def _means(folder: Folder) -> Iterator[Finding]:
    numbers = summarise(folder.metrics).set_index(KEYS)
    for name, prefixes in LONG.items():
        table = folder.table(name).set_index(KEYS)
        wanted = numbers[numbers.index.get_level_values("metric").str.startswith(prefixes)]
        if len(other := table.index.symmetric_difference(wanted.index)) or table.index.has_duplicates:
            what = " ".join(other[0]) if len(other) else "a row that is there twice"
            yield error("tables", f"tables/{name}.csv", f"has not the rows of metrics.csv: {what}; {AGAIN}")
            continue
        # A published number of other data stands there without a difference.
        difference = (table["mean"] - table["paper"]).where(table["difference"].notna())
        wanted = wanted.reindex(table.index).assign(difference=difference)
        for column in wanted:
            # Some numbers are tiny, so nothing but relative differences count.
            ours, theirs = (frame[column].astype(float) for frame in (table, wanted))  # an empty table has no types
            wrong = ~np.isclose(ours, theirs, rtol=1e-9, atol=0, equal_nan=True)
            if wrong.any():
                what = f"{column} of {' '.join(table.index[wrong][0])}"
                values = f"{table[column][wrong].iloc[0]} for {wanted[column][wrong].iloc[0]}"
                text = f"{what} is not that of metrics.csv: {values}; {AGAIN}"
                yield error("tables", f"tables/{name}.csv", text)
                break  # what follows from it is no finding of its own
