"""The first question of a reader: which claims hold? In: rule `judge`'s tables, out: the verdict list."""

from collections.abc import Iterator
from math import isnan
from textwrap import fill
from typing import Any

import pandas as pd

from bench.records.names import heading
from bench.report.cells import BREAK, difference, table
from bench.report.results import Results
from bench.verdicts.cells import BETTER, CONSISTENT, HIGHER, LOWER, SAME, WORSE
from bench.verdicts.comparison import BELOW, END, EQUALLY, PREFIXES, WHOLE_CODE
from bench.verdicts.outcomes import CONTRADICTED, INCONCLUSIVE, NOT_COMPARABLE, NOT_DECIDABLE, NOT_RUN, REPRODUCED
from bench.verdicts.sensitivity import KEPT

WIDTH = 110  # of the text, in characters
PAPER_PRESET = "paper"
HEADING = "## Verdicts: which of the papers' claims hold?"
OTHER_HEADING = "## What preset `{}` shows of the papers' claims: no verdict on the paper"
TEXT = """\
A claim says that one variant is below another in some metric, equal to it or at least as high within a margin,
or near a number. Each is tested on the differences between the two for the same seed, which see the same
batches, labels and noise: mean difference with its 95 % interval, and how many seeds agree. Ranks are compared
by the effective rank, at the end of training or, where the two then explain the images differently, where they
explain as much; the other place and the count of singular values above 0.01 stand below."""
WORDS = """\
`{}`: the seeds show it (p < {:g} after Benjamini and Hochberg's correction for the number of the
paper's claims); `{}`: they show the opposite, or that a difference exceeds its margin; `{}`: they do
not settle it; beside it stands the smallest difference that so many could have shown, the correction included.
[How](../../docs/verdicts.md)."""
# What a run says that may not be set against the paper's is called otherwise, lest it be quoted as a verdict.
OUTCOMES = {REPRODUCED: "as claimed", CONTRADICTED: "the opposite", INCONCLUSIVE: "unclear"}
OUTCOMES |= {name: name for name in (NOT_DECIDABLE, NOT_RUN)}
ORDER = [REPRODUCED, CONTRADICTED, INCONCLUSIVE, NOT_DECIDABLE, NOT_COMPARABLE, NOT_RUN]
CELL_ORDER = [SAME, CONSISTENT, BETTER, WORSE, LOWER, HIGHER, INCONCLUSIVE, NOT_COMPARABLE, NOT_RUN]
HEADER = ["claim", "metric", "measured", "difference", "seeds", "this run", "on the paper"]
CELLS_TEXT = """\
### The published numbers, one by one

Ours against {} published numbers ([cells.csv](tables/cells.csv)): `same` is shown to be within a margin
of the paper's, `better` or `worse` (`lower`, `higher` for singular values) shown to differ, `consistent`
neither. The paper does not say how many runs are behind its ±; {} are supposed here."""


def verdicts(results: Results) -> str:
    """Return the verdict list and the count of verdicts on the published numbers."""
    plan = results.plan
    preset = plan["preset"]
    on_paper = preset == PAPER_PRESET
    shown = list(OUTCOMES) if on_paper else list(OUTCOMES.values())
    words = WORDS.format(shown[0], plan["config"]["verdicts"]["level"], *shown[1:3])
    reasons = list(dict.fromkeys(_reasons(results)))
    parts = [HEADING if on_paper else OTHER_HEADING.format(preset), f"{TEXT}\n{words}", _count(results)]
    for topic, rows in results.claims.groupby("topic", sort=False):
        parts += list(_topic(topic, rows, results, reasons))
    notes = [f"- ({number}) {reason}" for number, reason in enumerate(reasons, start=1)]
    parts += ["Not comparable with the paper:\n" + "\n".join(notes)] if notes else []
    return "\n\n".join([*parts, _cells(results)])


def outcome(word: str, results: Results) -> str:
    """Return what tables call an outcome of this run."""
    return word if results.plan["preset"] == PAPER_PRESET else OUTCOMES[word]


def _reasons(results: Results) -> Iterator[str]:
    return (row.reason for row in results.claims.itertuples() if row.verdict == NOT_COMPARABLE)


def _count(results: Results) -> str:
    on_papers = results.claims["verdict"].value_counts()
    total = ", ".join(f"{on_papers[name]} {name}" for name in ORDER if name in on_papers)
    in_run = results.claims["outcome"].value_counts()
    here = ", ".join(f"{in_run[name]} {outcome(name, results)}" for name in ORDER if name in in_run)
    return fill(f"**{len(results.claims)} claims.** In this run: {here}. Verdicts on the papers: {total}.", WIDTH)


def _topic(topic: str, rows: pd.DataFrame, results: Results, reasons: list[str]) -> Iterator[str]:
    shared = results.plan["config"]["claims"]["topics"][topic]
    yield fill(f"**{shared['title']}** ({shared['paper']}, {shared['source']}): {shared['says']}.", WIDTH)
    ran = rows[rows["outcome"] != NOT_RUN]
    if len(ran):
        yield table(HEADER, [_row(row, results, reasons) for row in ran.itertuples()])
    others = rows[rows["outcome"] == NOT_RUN]
    if len(others):
        yield "\n".join(_not_run(reason, part, results) for reason, part in others.groupby("reason", sort=False))


def _row(row: Any, results: Results, reasons: list[str]) -> list[str]:
    notes = [row.note] if isinstance(row.note, str) else []
    words = BREAK.join([_said(row, results), *notes, *_otherwise(row, results)])
    verdict = row.verdict
    if verdict == NOT_COMPARABLE:
        verdict += f" ({reasons.index(row.reason) + 1})"
    return [claim(row, results), heading(row.metric), *numbers(row), words, verdict]


def _said(row: Any, results: Results) -> str:
    """Return the outcome; of one that is not clear what was not shown, and what could have been."""
    word = outcome(row.outcome, results)
    if row.outcome != INCONCLUSIVE:
        return word
    word += "" if row.kind == BELOW else f": not shown to be {row.kind}"
    if not isnan(row.detectable):
        return f"{word} (could show {difference(row.detectable, decimals(row.metric)).lstrip('+')})"
    return f"{word} (equal in all {row.n} seeds, too few for a sign test)" if row.n > 1 else word


def _otherwise(row: Any, results: Results) -> Iterator[str]:
    """Yield what other protocols would have said, where it is not the same."""
    touched = results.sensitivity[results.sensitivity["claim"] == row.claim]
    for said, rows in touched[touched["effect"] != KEPT].groupby("outcome", sort=False):
        yield f"but {outcome(said, results)} under {', '.join(rows['alternative'])}"


def _not_run(reason: str, rows: pd.DataFrame, results: Results) -> str:
    claims = ", ".join(f"{claim(row, results)} ({heading(row.metric)})" for row in rows.itertuples())
    return f"- not run, {reason}: {claims}"


def claim(row: Any, results: Results) -> str:
    """Return what a claim says, leading to its line in claims.csv."""
    return f"[{sides(row, results)}](tables/claims.csv#L{row.Index + 2})"


def sides(row: Any, results: Results) -> str:
    """Return what a claim says, in the paper's names."""
    other = "the size of its code" if row.other == WHOLE_CODE else results.label(row.other, row.dataset)
    return f"{results.label(row.variant, row.dataset)} {row.kind} {other}"


def numbers(row: Any) -> list[str]:
    """Return the means, the difference with its interval, and how many seeds agree; of ranks also those at the other
    place and of the count, a line each.
    """
    lines = [_numbers(row, prefix, text, decimals(row.metric)) for prefix, text in _places(row).items()]
    return [BREAK.join(column) for column in zip(*lines, strict=True)]


def _places(row: Any) -> dict[str, str]:
    """Return the prefixes of the columns with a claim's numbers, and where they are from: first those that decide."""
    if row.decided_at not in PREFIXES:
        return {"": ""}
    places = {END: "at the end", EQUALLY: "at equal reconstruction"}
    first = {"": f"{places.pop(row.decided_at)}: "}
    others = {PREFIXES[place]: f"{text}: " for place, text in places.items() if row.equal_n >= 0}
    return first | others | ({"count_": "count: "} if row.count_n >= 0 else {})


def _numbers(row: Any, prefix: str, text: str, digits: int) -> list[str]:
    """Return a line of each column of numbers; no seed may be finite."""
    names = ("mean", "other_mean", "difference", "low", "high", "n", "agree")
    own, other, change, low, high, n, agree = (getattr(row, f"{prefix}{name}") for name in names)
    if n == 0:
        return [f"{text}diverged", *["diverged"] * 2]
    interval = f" [{difference(low, digits)}, {difference(high, digits)}]" if n > 1 else ""
    measured = f"{text}{own:.{digits}f} against {other:.{digits}f}"
    return [measured, f"{difference(change, digits)}{interval}", f"{agree:.0f} of {n:.0f}"]


def decimals(metric: str) -> int:
    """Return the decimals that a difference in a metric is worth."""
    return {"fid": 2, "kid": 4, "interpolation": 3, "explained_variance": 2}.get(metric.split(":")[0], 1)


def _cells(results: Results) -> str:
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
            f"{row['mean']:.1f} ± {row['sd']:.1f} ({row['n']})",
            f"{row['paper']:.1f}" + ("" if pd.isna(row["paper_sd"]) else f" ± {row['paper_sd']:.1f}"),
            difference(row["difference"], 1),
            f"{row['margin']:.1f}",
            row["verdict"],
            *(row[name] for name in others),
        ]
        for name, (index, row) in zip(names, cells.iterrows(), strict=True)
    ]
    return table(header, rows)
