"""What a preset leaves for the front page, front.json: the answers of its claims and the paper's tables, as texts."""

import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from bench.job.command import Stop
from bench.records.files import read_json
from bench.records.names import PAPER_DATA, dataset_in, heading
from bench.report.cells import ABSENT
from bench.report.classification import length
from bench.report.count import anchor
from bench.report.found import Answer, answers
from bench.report.overview import commits, distinct, hours, machines
from bench.report.results import OTHER_NETWORK, PAPERS_NETWORK, Place, Results
from bench.verdicts.comparison import AT_LEAST, BELOW, END, EQUAL_TO, EQUALLY, NEAR
from bench.verdicts.outcomes import NOT_COMPARABLE

LARGEST = ("paper", "laptop", "quick")  # first; a preset of one's own stands after them
TESTS = "smoke"  # means nothing, so it has no place on the front page
LABELS = (10, 100, 1000, 10000, 60000)  # the columns of the paper's Table 2
ROWS = {"ae": "AE", "vae": "VAE", "irmae": "IRMAE", "supervised": "supervised"}
COLUMNS = {name: label for name, label in ROWS.items() if name != "supervised"}  # of its Table 1
AT = {EQUALLY: ", equal", END: ", end"}
SIGNS = {BELOW: "<", AT_LEAST: "≥", EQUAL_TO: "=", NEAR: "near"}
DEPTH = r" l=\d+"  # of a chain: a preset's own, which the page of claims gives


@dataclass(frozen=True)
class Left:
    """What a preset that ran to its end left for the front page, its numbers as texts."""

    preset: str
    unfinished: str  # or empty
    seeds: int
    hours: float
    commit: str
    machine: str
    data: list[str]
    questions: list[dict[str, Any]]  # as in config/claims.yaml
    claims: dict[str, dict[str, Any]]  # those of the questions that ran, by name
    table_1: dict[str, dict[str, Any]]  # by the paper's data set: the paper's row and ours
    table_2: dict[str, Any]  # the paper's rows and ours
    classifiers: str  # how long those of Table 2 are trained

    def page(self, claim: dict[str, Any]) -> str:
        """Return where a claim stands below results/."""
        return f"{self.preset}/claims.md#{claim['anchor']}"


def left(results: Results) -> dict[str, Any]:
    """Return the content of front.json."""
    plan = results.plan
    return asdict(
        Left(
            preset=plan["preset"],
            unfinished=plan["unfinished"],
            seeds=len(plan["seeds"]),
            hours=round(hours(results), 2),
            commit=distinct(commits(results)),
            machine=distinct(machines(results)),
            data=[record["title"] for record in results.data.values()],
            questions=plan["config"]["claims"]["questions"],
            claims=dict(_claims(results)),
            table_1={PAPER_DATA[role].title: _fids(role, results) for role in ("digits", "faces")},
            table_2=_errors(results),
            classifiers=length(plan["config"]["classify"]),
        )
    )


def read_left(folder: Path) -> list[Left]:
    """Return what the presets of a results folder left that ran to their end, the largest first.

    Raises Stop where one was left by another version of the suite.
    """
    ended = [path.parent.parent / "front.json" for path in sorted(folder.glob("*/tables/check.csv"))]
    found = [_read(path) for path in ended if path.exists() and path.parent.name != TESTS]
    return sorted(found, key=size)


def _read(path: Path) -> Left:
    content = read_json(path)
    if set(content) != {field.name for field in fields(Left)}:
        raise Stop(
            f"{path} is of another version of the suite: run its preset again, which makes its pages anew, or delete it"
        )
    return Left(**content)


def size(own: Any) -> int:
    """Return the sort key under which the runs of the largest preset come first."""
    return LARGEST.index(own.preset) if own.preset in LARGEST else len(LARGEST)


def in_numbers(kind: str, own: str, other: str) -> str:
    """Return the numbers of a claim's sides; that to be near is in its words."""
    return own if kind == NEAR else f"{own} / {other}"


def _claims(results: Results) -> Iterator[tuple[str, dict[str, Any]]]:
    rows = results.claims.set_index("claim")
    planned = {claim["id"]: claim for claim in results.plan["claims"]}
    for question in results.plan["config"]["claims"]["questions"]:
        for answer in answers(question, results):
            yield answer.claim, _claim(answer, rows.loc[answer.claim], planned[answer.claim], results)


def _claim(answer: Answer, row: Any, planned: dict[str, Any], results: Results) -> dict[str, Any]:
    metric = heading(row["metric"]).replace("effective rank", "rank")
    return {
        "role": planned["role"],
        "data": answer.data,
        "metric": metric + AT.get(row["decided_at"], "") + _features(row["metric"], results),
        "sides": re.sub(DEPTH, "", f"{answer.ours[0]} {SIGNS[row['kind']]} {answer.other[0]}"),
        "paper": _paper(planned, results),
        "numbers": in_numbers(row["kind"], answer.ours[1], answer.other[1]),
        "seeds": answer.seeds,
        "outcome": answer.outcome,
        "comparable": row["verdict"] != NOT_COMPARABLE,
        "topic": row["topic"],
        "anchor": anchor(row["topic"], results),
    }


def _features(metric: str, results: Results) -> str:
    """Return whose features a FID is of, if they are not the paper's."""
    return " (in-domain)" if metric.startswith("fid:") and not results.fid_is_the_papers else ""


def _paper(claim: dict[str, Any], results: Results) -> str:
    """Return the paper's two numbers, or where it says so."""
    place = Place(None, PAPER_DATA.get(claim["role"]))
    sides = [claim[key] for key in ("lower", "than") if key in claim]
    numbers = [results.published(place, side, claim["metric"]).split(" ")[0] for side in sides]
    if numbers and ABSENT not in numbers:
        return " / ".join(numbers)
    return results.plan["config"]["claims"]["topics"][claim["topic"]]["source"].split(", ")[-1]


def _fids(role: str, results: Results) -> dict[str, Any]:
    place = Place(dataset_in(role, results.plan), PAPER_DATA[role])
    return {
        "paper": [results.published(place, name, "fid:gmm") for name in COLUMNS],
        "ours": [results.cell(place, name, "fid:gmm") for name in COLUMNS] if place.dataset else [],
        "data": results.title(place) if place.dataset else "",
        "features": PAPERS_NETWORK if results.fid_is_the_papers else OTHER_NETWORK,
    }


def _errors(results: Results) -> dict[str, Any]:
    place = Place(dataset_in("digits", results.plan), PAPER_DATA["digits"])
    metrics = [f"error:{labels}:best" for labels in LABELS]
    ours = {
        ROWS[name]: [results.label(name, place.dataset), *(results.cell(place, name, metric) for metric in metrics)]
        for name in ROWS
    }
    return {
        "paper": {ROWS[name]: [results.published(place, name, metric) for metric in metrics] for name in ROWS},
        "ours": ours if place.dataset else {},
        "data": results.title(place) if place.dataset else "",
    }
