"""How many claims came to what, and whether that is a verdict on the papers; in: claims.csv, out: text."""

from typing import Any

import pandas as pd

from bench.report import page
from bench.report.cells import ABSENT, prose, table
from bench.report.results import Results
from bench.verdicts.outcomes import AS_CLAIMED, CONTRADICTED, NOT_COMPARABLE, NOT_DECIDABLE, NOT_RUN, OURS, UNCLEAR

ORDER = [AS_CLAIMED, CONTRADICTED, UNCLEAR, NOT_DECIDABLE, NOT_RUN]
COUNTED = """\
## The papers' claims

How many of the claims behind each statement this run bears out; [every claim with its numbers](claims.md)."""


def count(results: Results) -> str:
    """Return how many claims of each topic came to what, and whether that is a verdict on the papers."""
    claims = results.claims[results.claims["paper"] != OURS]
    counts = pd.crosstab(claims["topic"], claims["outcome"]).reindex(claims["topic"].unique())
    counts = counts[[name for name in ORDER if name in counts]]
    rows = [
        [topic_of(name, results)["title"], *(str(n or ABSENT) for n in line)]
        for name, line in zip(counts.index, counts.to_numpy(), strict=True)
    ]
    total = ["all", *map(str, counts.sum())]
    parts = [COUNTED, table(["", *counts.columns], [*rows, total]), _readings_of_ours(results), comparable(results)]
    return "\n\n".join(filter(None, parts))


def _readings_of_ours(results: Results) -> str:
    """Return what claims that are readings of our own came to, which count for no paper; nothing if none ran."""
    counts = results.claims.loc[results.claims["paper"] == OURS, "outcome"].value_counts()
    said = ", ".join(f"{name} ({counts[name]})" for name in ORDER if name in counts and name != NOT_RUN)
    return prose(f"Readings of our own, marked so among the claims and not counted above: {said}.") if said else ""


def comparable(results: Results) -> str:
    """Return whether the outcomes are verdicts on the papers, and why not."""
    papers = results.claims[results.claims["paper"] != OURS]
    ran = papers[papers["outcome"] != NOT_RUN]
    unlike = ran[ran["verdict"] == NOT_COMPARABLE]
    if unlike.empty:
        return "Every outcome is a verdict on its paper."
    counts = unlike["reason"].str.split("; ").explode().value_counts(sort=False)
    reasons = ", ".join(f"{reason} ({many})" for reason, many in counts.items())
    said = f"None of the {len(ran)} claims that ran is a verdict on its paper"
    if len(unlike) < len(ran):
        said = f"Of the {len(ran)} claims that ran, {len(unlike)} are no verdict on their paper"
    return prose(f"{said}: they differ from it or, where it is silent, from its code in (number of claims): {reasons}.")


def topic_of(name: str, results: Results) -> dict[str, Any]:
    """Return a topic of config/claims.yaml."""
    return results.plan["config"]["claims"]["topics"][name]


def anchor(name: str, results: Results) -> str:
    """Return where a topic stands on the page of claims."""
    return page.anchor(topic_of(name, results)["title"])
