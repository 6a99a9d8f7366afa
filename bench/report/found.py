"""The first lines of tables.md and the last of `make quick`: the questions of config/claims.yaml and their answers."""

from collections.abc import Iterator
from itertools import groupby
from typing import Any, NamedTuple

from bench.records.names import heading
from bench.report.cells import item
from bench.report.results import Place, Results
from bench.verdicts.comparison import END, EQUALLY
from bench.verdicts.outcomes import NOT_RUN

PLACES = {EQUALLY: " at equal reconstruction", END: " at the end of training"}


class Answer(NamedTuple):
    """What one claim came to: where, in what, what both sides are called and have, how many seeds agree."""

    claim: str
    data: str
    metric: str
    ours: tuple[str, str]
    other: tuple[str, str]
    seeds: str
    outcome: str


def found(results: Results) -> str:
    """Return every question with what the claims behind it came to, where they ran."""
    questions = results.plan["config"]["claims"]["questions"]
    answered = [(question["asks"], [*answers(question, results)]) for question in questions]
    known: set[str] = set()
    return "\n".join(["## What it found", "", *(_sentence(asks, given, known) for asks, given in answered if given)])


def answers(question: dict[str, Any], results: Results) -> Iterator[Answer]:
    """Yield what each claim of a question came to, if it ran."""
    rows = results.claims.set_index("claim")
    for claim in question["claims"]:
        row = rows.loc[claim]
        if row["outcome"] != NOT_RUN:
            yield _answer(claim, row, results)


def _answer(claim: str, row: Any, results: Results) -> Answer:
    digits, dataset = results.digits(row["metric"]), row["dataset"]
    return Answer(
        claim,
        results.title(Place(dataset, None)) if dataset in results.data else dataset,
        f"{heading(row['metric'])}{PLACES.get(row['decided_at'], '')}",
        (results.side(row["variant"], dataset, row["metric"]), f"{row['mean']:.{digits}f}"),
        (results.side(row["other"], dataset, row["metric"]), f"{row['other_mean']:.{digits}f}"),
        f"{row['agree']:.0f} of {row['n']:.0f}",
        row["outcome"],
    )


def _sentence(asks: str, given: list[Answer], known: set[str]) -> str:
    """Return a question with its answers; a data set that is `known` by its title is called by the name in it."""
    said = []
    for data, own in groupby(given, lambda own: own.data):
        title = data.split(" (")[0] if data in known else data
        known.add(data)
        said.append(f"{title}: {'; '.join(map(_said, own))}")
    return item(f"**{asks}** {'. '.join(said)}.")


def _said(answer: Answer) -> str:
    name, number = answer.ours
    other, its = answer.other
    against = f"{its} for {other}" if other[0].isalpha() else f"claimed {other}"
    return f"{answer.outcome} ({answer.metric}: {number} for {name}, {against}; {answer.seeds} seeds agree)"
