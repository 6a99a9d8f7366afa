"""What a run found, in a sentence per question; in: rule `judge`'s claims, out: the first lines of tables.md."""

from textwrap import fill
from typing import Any

from bench.records.names import heading
from bench.report.results import Place, Results
from bench.report.verdicts import WIDTH, decimals, outcome
from bench.verdicts.comparison import END, EQUALLY
from bench.verdicts.outcomes import NOT_RUN

HEADING = "## What it found"
PLACES = {EQUALLY: " at equal reconstruction", END: " at the end of training"}
NOWHERE = "not asked in this run"


def found(results: Results) -> str:
    """Return every question of config/claims.yaml with what the claims behind it came to."""
    questions = results.plan["config"]["claims"]["questions"]
    return "\n".join([HEADING, "", *(_sentence(question, results) for question in questions)])


def _sentence(question: dict[str, Any], results: Results) -> str:
    claims = results.claims[results.claims["claim"].isin(question["claims"]) & (results.claims["outcome"] != NOT_RUN)]
    answers = [_answer(row, results) for row in claims.itertuples()] or [NOWHERE]
    return fill(f"- **{question['asks']}** {'; '.join(answers)}.", WIDTH, subsequent_indent="  ")


def _answer(row: Any, results: Results) -> str:
    """Return what a claim came to: where, how clearly, the means of both sides and how many seeds have its sign."""
    digits = decimals(row.metric)
    numbers = f"{row.mean:.{digits}f} for {results.label(row.variant, row.dataset)}, "
    numbers += f"{row.other_mean:.{digits}f} for {results.label(row.other, row.dataset)}"
    what = f"{heading(row.metric)}{PLACES.get(row.decided_at, '')}"
    where = results.title(Place(row.dataset, None))
    return f"{where}: {outcome(row.outcome, results)} ({what} {numbers}; {row.agree:.0f} of {row.n:.0f} seeds)"
