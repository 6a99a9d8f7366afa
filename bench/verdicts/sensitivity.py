"""Would the conclusion change under another protocol? In: the alternatives' numbers, out: claims judged again."""

from typing import Any

import pandas as pd

from bench.records.names import SUPERVISED
from bench.verdicts.comparison import read_claim
from bench.verdicts.measured import Measured, Series, by_seed
from bench.verdicts.outcomes import AS_CLAIMED, CONTRADICTED, UNCLEAR, outcomes

KEPT, REVERSED, LOST, GAINED = "kept", "reversed", "no longer clear", "now clear"
COLUMNS = ["alternative", "row", "claim", "metric", "usual", "outcome", "effect", "usual_difference"]
NUMBERS = ["difference", "low", "high", "n", "agree", "p_corrected", "decided_at"]


def sensitivity(plan: dict[str, Any], measured: Measured, table: pd.DataFrame) -> pd.DataFrame:
    """Return one row per alternative and claim that it touches: the outcome then, beside the usual one.

    All claims are judged again under each alternative, with the same correction for their number; ranks of trainings
    that differ by their own trajectories. `table` is
    alternatives.csv.
    """
    usual = outcomes(plan, measured).set_index("claim")
    tables = [
        judged_again(name, alternative, plan, measured, by_seed(table[table["alternative"] == name]), usual)
        for name, alternative in in_order(plan)
    ]
    return pd.concat(
        [pd.DataFrame(columns=[*COLUMNS, *NUMBERS]), *(part for part in tables if len(part))], ignore_index=True
    )


def in_order(plan: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Return the alternatives in the order of their rows in docs/protocol.md."""
    alternatives = plan["config"]["sensitivity"]["alternatives"].items()
    return sorted(alternatives, key=lambda item: (item[1]["row"], item[0]))


def judged_again(
    name: str, alternative: dict[str, Any], plan: dict[str, Any], measured: Measured, other: Series, usual: pd.DataFrame
) -> pd.DataFrame:
    """Return the claims that one alternative touches, judged with its numbers."""
    changed = measured.under(name, other, alternative.get("instead", {}))
    again = outcomes(plan, changed)
    touched = [_touched(claim, alternative, plan, changed) for claim in plan["claims"]]
    again = again[touched].assign(alternative=name, row=alternative["row"])
    again["usual"] = again["claim"].map(usual["outcome"])
    again["usual_difference"] = again["claim"].map(usual["difference"])
    again["effect"] = [effect(*pair) for pair in zip(again["usual"], again["outcome"], strict=True)]
    return again[[*COLUMNS, *NUMBERS]]


def _touched(claim: dict[str, Any], alternative: dict[str, Any], plan: dict[str, Any], changed: Measured) -> bool:
    """Tell whether an alternative changed a number of a claim that ran.

    The supervised network is trained once: where every classifier is trained otherwise, it would be the only
    one that is not.
    """
    if "unlike" in claim and not {"variants", "instead"} & set(alternative):
        return False  # it is a reading of another paper's protocol
    dataset, sides = plan["roles"][claim["role"]], read_claim(claim, plan).variants
    if any(changed.values(dataset, side, claim["metric"]) is None for side in sides):
        return False
    if alternative.get("classify") and SUPERVISED in sides:
        return False
    metric = changed.name(claim["metric"])
    return metric != claim["metric"] or any((dataset, side, metric) in changed.other for side in sides)


def effect(usual: str, then: str) -> str:
    """Return what became of a conclusion."""
    if usual == then:
        return KEPT
    if {usual, then} == {AS_CLAIMED, CONTRADICTED}:
        return REVERSED
    return LOST if then == UNCLEAR else GAINED
