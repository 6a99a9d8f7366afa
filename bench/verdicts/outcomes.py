"""What a run says on every claim of the papers; in: the plan and values by seed, out: an outcome per claim."""

from typing import Any

import numpy as np
import pandas as pd

from bench.verdicts.comparison import NUMBERS, PREFIXES, compared, read_claim
from bench.verdicts.measured import Measured
from bench.verdicts.significance import Estimate, corrected, needed
from bench.verdicts.spreads import undecidable

AS_CLAIMED, CONTRADICTED, UNCLEAR, NOT_RUN = "as claimed", "contradicted", "unclear", "not run"
NOT_COMPARABLE, NOT_DECIDABLE = "not comparable", "not decidable"
OURS = "ours"  # in place of a claim's paper: a reading of our own, which the paper does not share
NAMES = ["claim", "topic", "paper", "dataset", "metric", "variant", "kind", "other"]
EACH_PLACE = [f"{prefix}{name}" for prefix in PREFIXES.values() for name in NUMBERS]
DECIDED = ["decided_at", "explained", "other_explained"]
COLUMNS = [*NAMES, *NUMBERS, "p_corrected", "margin", "detectable", "outcome", "reason", *DECIDED, *EACH_PLACE]


def outcomes(plan: dict[str, Any], measured: Measured) -> pd.DataFrame:
    """Return what this run says on every claim, be it comparable with the paper or not; one row per claim.

    Columns: claim, topic, paper, dataset, metric, variant, kind, other (a variant or a number); mean, other_mean,
    difference (of paired seeds) with its 95 % interval low..high, n, agree, p, p_corrected (among the claims of one
    paper), margin (the difference that does not matter; 0 of one below the other), detectable (the smallest difference
    that these seeds could have shown); outcome, reason. Of two variants' ranks also where that was decided, what they
    explain of the images' variance at the end of training, and the numbers at the end and at equal reconstruction.
    """
    rows = [_row(claim, plan, measured) for claim in plan["claims"]]
    table = pd.DataFrame(rows).reindex(columns=[*COLUMNS, "estimate", "holds"])
    level = plan["config"]["verdicts"]["level"]
    table["p_corrected"] = table.groupby("paper")["p"].transform(corrected)
    threshold = table.groupby("paper")["p_corrected"].transform(needed, level)
    judged = zip(table["estimate"], threshold, table["margin"], strict=True)
    table["detectable"] = [own.detectable(*test) if isinstance(own, Estimate) else np.nan for own, *test in judged]
    answers = [_outcome(row, level) for row in table.itertuples()]
    table["outcome"] = [outcome for outcome, _ in answers]
    table["reason"] = [reason for _, reason in answers]
    return table[COLUMNS].astype({"n": int, "agree": int})


def _row(entry: dict[str, Any], plan: dict[str, Any], measured: Measured) -> dict[str, Any]:
    claim = read_claim(entry, plan)
    other = claim.other if isinstance(claim.other, str) else f"{claim.other:g}"
    names = (entry["id"], entry["topic"], entry["paper"], claim.dataset, measured.name(claim.metric))
    row = dict(zip(NAMES, (*names, claim.variant, claim.kind, other), strict=True))
    for variant in claim.variants:
        if measured.values(claim.dataset, variant, claim.metric) is None:
            return row | {"n": 0, "agree": 0, "reason": _why(variant, claim.dataset, plan)}
    margin = plan["config"]["verdicts"]["margin"]["rank"]
    reason = undecidable(claim.dataset, claim.variants, claim.metric, measured, margin)
    return row | compared(claim, plan, measured) | {"reason": reason} | ({"p": np.nan} if reason else {})


def _why(variant: str, dataset: str, plan: dict[str, Any]) -> str:
    """Return why a variant was not measured."""
    if dataset not in plan["datasets"]:
        return f"{dataset} does not run in this preset"
    if not any((run["dataset"], run["variant"]) == (dataset, variant) for run in plan["runs"]):
        return f"{variant} does not run on {dataset} in this preset"
    return f"not measured on {dataset}"


def _outcome(row: Any, level: float) -> tuple[str, str]:
    """Return the outcome of a claim and its reason, where it has one."""
    if row.reason:
        return (NOT_DECIDABLE if row.n else NOT_RUN), row.reason
    if row.n < 2:
        return UNCLEAR, "1 seed" if row.n else "no seed with finite numbers on both sides"
    if not row.p_corrected < level:
        return UNCLEAR, ""
    return (AS_CLAIMED if row.holds else CONTRADICTED), ""
