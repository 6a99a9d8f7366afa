"""Claims that one variant is below another, or near a number; in: values by seed, out: a verdict per claim."""

from typing import Any

import pandas as pd

from bench.verdicts.measured import Measured
from bench.verdicts.significance import NOTHING, Estimate, corrected, near, paired

REPRODUCED, CONTRADICTED, INCONCLUSIVE, NOT_RUN = "reproduced", "contradicted", "inconclusive", "not run"
NOT_COMPARABLE = "not comparable"
EXPLAINED = "explained_variance"
NAMES = ["claim", "topic", "dataset", "metric", "lower", "than"]
NUMBERS = ["lower_mean", "than_mean", "difference", "low", "high", "n", "agree", "p"]
ESTIMATES = [*NAMES, *NUMBERS, "inside", "reason"]
COLUMNS = [*NAMES, *NUMBERS, "p_corrected", "outcome", "reason"]


def outcomes(plan: dict[str, Any], measured: Measured) -> pd.DataFrame:
    """Return what this run says on every claim, be it comparable with the paper or not; one row per claim.

    Columns: claim, topic, dataset, metric, lower, than (a variant or a number), lower_mean, than_mean,
    difference (of paired seeds) with its 95 % interval low..high, n, agree, p, p_corrected, outcome, reason.
    """
    table = pd.DataFrame([_estimate(claim, plan, measured) for claim in plan["claims"]]).reindex(columns=ESTIMATES)
    table["p_corrected"] = corrected(table["p"])
    level = plan["config"]["verdicts"]["level"]
    answers = [_outcome(row, level) for row in table.itertuples()]
    table["outcome"] = [outcome for outcome, _ in answers]
    table["reason"] = [reason for _, reason in answers]
    return table[COLUMNS]


def _estimate(claim: dict[str, Any], plan: dict[str, Any], measured: Measured) -> dict[str, Any]:
    dataset = plan["roles"][claim["role"]]
    metric = measured.name(claim["metric"])
    lower = claim.get("lower", claim.get("variant"))
    values = measured.values(dataset, lower, claim["metric"])
    row = {"claim": claim["id"], "topic": claim["topic"], "dataset": dataset, "metric": metric, "lower": lower}
    missing = [lower] if values is None else []
    if "near" in claim:
        margin = plan["config"]["verdicts"]["margin"]["rank"]
        estimate, inside = near(values, claim["near"], margin) if values is not None else (NOTHING, False)
        row |= {"than": f"{claim['near']:g}", "lower_mean": estimate.mean, "than_mean": claim["near"]}
        numbers = _numbers(estimate, claim["near"])
    else:
        other = measured.values(dataset, claim["than"], claim["metric"])
        missing += [claim["than"]] if other is None else []
        estimate = NOTHING if missing else paired(values, other)
        inside = estimate.mean < 0
        # Means of the seeds that are compared: those that both sides have.
        both = {} if missing else pd.DataFrame({"lower_mean": values, "than_mean": other}).dropna().mean()
        row |= {"than": claim["than"], **both}
        numbers = _numbers(estimate, 0.0)
    return {**row, **numbers, "inside": inside, "reason": _why(missing, dataset, plan)}


def _numbers(estimate: Estimate, centre: float) -> dict[str, float]:
    return {
        "difference": estimate.mean - centre,
        "low": estimate.low - centre,
        "high": estimate.high - centre,
        "n": estimate.n,
        "agree": estimate.agree,
        "p": estimate.p,
    }


def _why(missing: list[str], dataset: str, plan: dict[str, Any]) -> str:
    """Return why a claim was not run, empty if it was."""
    for variant in missing:
        if dataset not in plan["datasets"]:
            return f"{dataset} does not run in this preset"
        if not any((run["dataset"], run["variant"]) == (dataset, variant) for run in plan["runs"]):
            return f"{variant} does not run on {dataset} in this preset"
        return f"not measured on {dataset}"
    return ""


def _outcome(row: Any, level: float) -> tuple[str, str]:
    """Return the outcome of a claim and its reason, where it has one."""
    if row.reason:
        return NOT_RUN, row.reason
    if row.n < 2:
        return INCONCLUSIVE, "1 seed" if row.n else "no seed with finite numbers on both sides"
    if not row.p_corrected < level:
        return INCONCLUSIVE, ""
    return (REPRODUCED if row.inside else CONTRADICTED), ""


def notes(table: pd.DataFrame, plan: dict[str, Any], measured: Measured) -> list[str]:
    """Return for every claim what speaks against trusting it: of a rank, that the lower one explains less of the
    images' variance; of any, that the two variants were not trained alike.
    """
    training = {(run["dataset"], run["variant"]): run["training"] for run in plan["runs"]}
    by_claim = []
    for row in table.itertuples():
        sides = [training.get((row.dataset, variant)) for variant in (row.lower, row.than)]
        parts = [_explains_less(row, plan["config"]["verdicts"][EXPLAINED], measured), _trained_apart(*sides)]
        by_claim.append("; ".join(part for part in parts if part and row.outcome != NOT_RUN))
    return by_claim


def _explains_less(row: Any, margin: float, measured: Measured) -> str:
    if "rank" not in row.metric:
        return ""
    sides = [measured.values(row.dataset, variant, EXPLAINED) for variant in (row.lower, row.than)]
    if any(side is None for side in sides):
        return ""
    lower, than = (side.mean() for side in sides)
    return f"but explains {lower:.0%} of the variance against {than:.0%}" if lower < than - margin else ""


def _trained_apart(lower: dict[str, Any] | None, than: dict[str, Any] | None) -> str:
    if lower is None or than is None:
        return ""
    changed = [f"{key} {lower[key]:g} against {than[key]:g}" for key in lower if lower[key] != than[key]]
    return f"but trained otherwise: {', '.join(changed)}" if changed else ""
