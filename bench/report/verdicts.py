"""The first question of a reader: which claims hold? In: rule `judge`'s tables, out: every claim with its numbers."""

from collections.abc import Iterator
from math import isnan
from typing import Any

import pandas as pd

from bench.records.names import heading
from bench.report.cells import ABSENT, difference, item, prose, table, with_interval, with_spread
from bench.report.count import comparable, topic_of
from bench.report.results import Results
from bench.verdicts.cells import BETTER, CONSISTENT, HIGHER, LOWER, SAME, WORSE
from bench.verdicts.comparison import END, EQUALLY, PREFIXES, WHOLE_CODE
from bench.verdicts.equal import EXPLAINED
from bench.verdicts.outcomes import NOT_COMPARABLE, NOT_RUN, OURS, UNCLEAR
from bench.verdicts.sensitivity import KEPT

CELL_ORDER = [SAME, CONSISTENT, BETTER, WORSE, LOWER, HIGHER, UNCLEAR, NOT_COMPARABLE, NOT_RUN]
TEXT = """\
A claim says that one variant is below another in some metric, equal to it or at least as high within a margin, or near
a number. Each is tested on the differences between the two for the same seed, which see the same batches, labels and
noise: mean difference with its 95 % interval, and how many seeds agree: lie on the claim's side, or within its margin.
**As claimed**: the seeds show it (p < {:g} after Benjamini and Hochberg's correction for the number of the paper's
claims, which is the p in the tables); **contradicted**: they show the opposite, or that a difference exceeds its
margin; **unclear**: they do not settle it, and beside it stands the smallest difference that so many could have shown,
the correction included ([how](../../docs/verdicts.md)). A claim marked *ours* reads the sentence otherwise than the
paper does; it is corrected and counted apart from the paper's.

Ranks are compared by the effective rank, at the end of training or, where the shares of the variance that the two then
explain are more than {:g} apart, at equal reconstruction: the first line decides, the others stand below. At the end
they are, like numbers that name no place, of all test images ({}); at equal reconstruction of the first {:,} of them,
which training looked at, and so is what notes say is explained. The count is of singular values above 0.01 of the
largest, in the named place."""
HEADER = ["claim", "metric", "measured", "difference", "seeds that agree", "p", "outcome", "could show"]
CELLS_TEXT = """\
## The published numbers, one by one

Ours against {} published numbers ([cells.csv](tables/cells.csv)): `same` is shown to be within a margin
of the paper's, `better` or `worse` (`lower`, `higher` for singular values) shown to differ, `consistent`
neither. The paper does not say how many runs are behind its ±; {} are supposed here."""


def verdicts(results: Results) -> str:
    """Return every claim with its numbers."""
    settings = results.plan["config"]
    judging = settings["verdicts"]
    text = TEXT.format(judging["level"], judging[EXPLAINED], results.tested(), settings["trajectory"]["images"])
    parts = ["\n\n".join(map(prose, text.split("\n\n"))), comparable(results)]
    for topic, rows in results.claims.groupby("topic", sort=False):
        parts += _topic(topic_of(topic, results), rows, results)
    return "\n\n".join(parts)


def _topic(topic: dict[str, Any], rows: pd.DataFrame, results: Results) -> Iterator[str]:
    yield f"## {topic['title']}"
    yield prose(f"{topic['paper']}, {topic['source']}: {topic['says']}.")
    ran = rows[rows["outcome"] != NOT_RUN]
    if len(ran):
        yield table(HEADER, [line for row in ran.itertuples() for line in _lines(row, results)])
    if notes := [*_notes(ran, results), *_not_run(rows[rows["outcome"] == NOT_RUN], results)]:
        yield "\n".join(map(item, notes))


def _lines(row: Any, results: Results) -> Iterator[list[str]]:
    """Yield the line of a claim and, of ranks, one for the other place and one for the count."""
    digits = results.digits(row.metric)
    could = ABSENT if isnan(row.detectable) or row.outcome != UNCLEAR else f"{row.detectable:.{digits}f}"
    first, *others = places(row).items()
    said = row.outcome if row.verdict in (row.outcome, NOT_COMPARABLE) else f"{row.outcome} ({row.verdict})"
    yield [claim(row, results), _metric(row, first[1]), *numbers(row, first[0], digits), _p(row), said, could]
    for prefix, text in others:
        yield ["", text, *numbers(row, prefix, digits), "", "", ""]


def _p(row: Any) -> str:
    """Return a claim's p-value after correction; one that is not decidable has none."""
    if isnan(row.p_corrected):
        return ABSENT
    if row.p_corrected < 0.0005:
        return "< 0.001"
    digits = 4 if abs(row.p_corrected - 0.05) < 0.0005 else 3  # on which side of 0.05 it lies
    return f"{row.p_corrected:.{digits}f}"


def _metric(row: Any, text: str) -> str:
    return f"{heading(row.metric)}, {text}" if text else heading(row.metric)


def places(row: Any) -> dict[str, str]:
    """Return the prefixes of the columns with a claim's numbers, and where they are from: first those that decide."""
    if row.decided_at not in PREFIXES:
        return {"": ""}
    places = {END: "at the end", EQUALLY: "at equal reconstruction"}
    first = {"": places.pop(row.decided_at)}
    others = {PREFIXES[place]: text for place, text in places.items() if row.equal_n >= 0}
    return first | others | ({"count_": f"count, {first['']}"} if row.count_n >= 0 else {})


def numbers(row: Any, prefix: str, digits: int) -> list[str]:
    """Return the means, the difference with its interval, and how many seeds agree; no seed may be finite."""
    names = ("mean", "other_mean", "difference", "low", "high", "n", "agree")
    own, other, change, low, high, n, agree = (getattr(row, f"{prefix}{name}") for name in names)
    if n == 0:
        return ["diverged"] * 3
    measured = f"{own:.{digits}f} against {other:.{digits}f}"
    return [measured, with_interval(change, low, high, digits), f"{agree:.0f} of {n:.0f}"]


def _notes(ran: pd.DataFrame, results: Results) -> Iterator[str]:
    """Yield what a reader must know of claims: notes of the judge, and what other protocols would have said."""
    for row in ran.itertuples():
        parts = [row.note] if isinstance(row.note, str) and row.note else []
        if row.outcome == UNCLEAR and isnan(row.detectable) and row.n > 1:
            parts.append(_without_spread(row))
        touched = results.sensitivity[results.sensitivity["claim"] == row.claim]
        for said, rows in touched[touched["effect"] != KEPT].groupby("outcome", sort=False):
            parts.append(f"but {said} under {', '.join(rows['alternative'])}")
        if parts:
            yield f"{sides(row, results)}, {heading(row.metric)}: {'; '.join(parts)}"


def _without_spread(row: Any) -> str:
    """Return why a claim is unclear whose difference is the same in all seeds, so that there is no t-test."""
    same = f"the same difference in all {row.n} seeds"
    if row.p < 1 - 0.5**row.n:
        return f"{same}, too few for a sign test"
    return f"{same}, none" if row.difference == 0 else f"{same}, that of the margin itself"


def _not_run(rows: pd.DataFrame, results: Results) -> Iterator[str]:
    for reason, part in rows.groupby("reason", sort=False):
        claims = ", ".join(f"{claim(row, results)} ({heading(row.metric)})" for row in part.itertuples())
        yield f"not run, {reason}: {claims}"


def claim(row: Any, results: Results) -> str:
    """Return what a claim says, leading to its line in claims.csv, its margin if it has one, and whether it is a
    reading of our own.
    """
    margin = f" ± {row.margin:.{results.digits(row.metric)}f}" if row.margin > 0 else ""
    ours = ", *ours*" if row.paper == OURS else ""
    return f"[{sides(row, results)}](tables/claims.csv#L{row.Index + 2}){margin}{ours}"


def sides(row: Any, results: Results) -> str:
    """Return what a claim says, in the paper's names."""
    other = "the size of its code" if row.other == WHOLE_CODE else results.side(row.other, row.dataset, row.metric)
    return f"{results.side(row.variant, row.dataset, row.metric)} {row.kind} {other}"


def published_numbers(results: Results) -> str:
    """Return the count of verdicts on the published numbers, and those that have one."""
    table_of = results.cells.fillna({"dataset": "-"})
    text = CELLS_TEXT.format(len(table_of), results.plan["config"]["verdicts"]["paper_runs"][0])
    counts = pd.crosstab(table_of["table"], table_of["verdict"])
    counts = counts[[name for name in CELL_ORDER if name in counts]]
    rows = [[name, *map(str, line)] for name, line in zip(counts.index, counts.to_numpy(), strict=True)]
    parts = [text, table(["published in", *counts.columns], rows)]
    compared = table_of[~table_of["verdict"].isin([NOT_RUN, NOT_COMPARABLE]) & (table_of["table"] != "figure 2")]
    if len(compared):
        parts.append(_compared(compared, results))
    return "\n\n".join(parts)


def _compared(cells: pd.DataFrame, results: Results) -> str:
    others = [name for name in cells.columns if name.startswith("verdict:")]
    header = ["number", "ours", "paper", "difference", "margin", "verdict", *(f"if of {n[8:]} runs" for n in others)]
    names = [results.label(row["variant"], row["dataset"]) for _, row in cells.iterrows()]
    rows = [
        [
            f"[{name}](tables/cells.csv#L{index + 2}), {heading(row['metric'])}",
            with_spread(row["mean"], row["sd"], 1),
            with_spread(row["paper"], row["paper_sd"], 1),
            difference(row["difference"], 1),
            f"{row['margin']:.1f}",
            row["verdict"],
            *(row[name] for name in others),
        ]
        for name, (index, row) in zip(names, cells.iterrows(), strict=True)
    ]
    return table(header, rows)
