"""The claims with their verdicts; in: plan, values by seed and data records, out: claims.csv."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from bench.records.names import RANK
from bench.records.tables import read_table
from bench.verdicts.comparable import differences
from bench.verdicts.comparison import BELOW, END, EQUALLY, NUMBERS
from bench.verdicts.equal import by_training
from bench.verdicts.measured import Measured, Series, by_seed, spreads
from bench.verdicts.outcomes import NOT_COMPARABLE, NOT_DECIDABLE, NOT_RUN, OURS, outcomes

DECIDING = "effective_rank"  # of ranks: real numbers, where counts of many seeds tie
COUNTED = [f"count_{name}" for name in (*NUMBERS, "outcome")]


def claims(plan: dict[str, Any], measured: Measured, data: dict[str, Any]) -> pd.DataFrame:
    """Return one row per claim: the columns of `outcomes`, those of the count beside an effective rank (`count_`), the
    verdict on the paper and a note.

    The verdict is the outcome of this run where its numbers may be set against the paper's, `not comparable` with the
    reason where they may not. `data` holds data.json by data set.
    """
    table = _beside_counts(outcomes(plan, measured), plan, measured)
    table["verdict"] = table["outcome"]
    undecided = table["reason"].where(table["outcome"] == NOT_DECIDABLE, "")
    for index, claim in enumerate(plan["claims"]):
        if table.loc[index, "outcome"] == NOT_RUN:
            continue
        if unlike := _unlike(claim, plan, data):
            table.loc[index, ["verdict", "reason"]] = NOT_COMPARABLE, "; ".join(unlike)
    notes = zip(undecided, _notes(table, plan, measured), strict=True)
    return table.assign(note=["; ".join(filter(None, both)) for both in notes])


def read_measured(results: Path) -> Measured:
    """Return what a results folder measured: every number of the runs and their trajectories, the spreads over its
    studies, and the numbers of rule `linear_rank`, as those of a data set called `linear`.
    """
    metrics, studies = (read_table(results / "tables" / f"{name}.csv") for name in ("metrics", "studies"))
    along = results / "tables" / "trajectory.csv"  # tables of before there were any may be judged again
    paths = by_training(read_table(along)) if along.exists() else {}
    return Measured(by_seed(metrics) | spreads(studies) | read_linear(results), paths=paths)


def read_linear(results: Path) -> Series:
    """Return the numbers of rule `linear_rank`, as those of a data set called `linear`."""
    return by_seed(read_table(results / "linear_rank" / "summary.csv").assign(dataset="linear"))


def _unlike(claim: dict[str, Any], plan: dict[str, Any], data: dict[str, Any]) -> list[str]:
    """Return why what a claim came to is no verdict on its paper; nothing if it is one."""
    if claim["paper"] == OURS:
        return ["a reading of our own, not the paper's"]
    return [claim["unlike"]] if "unlike" in claim else differences(claim["metric"], claim["role"], plan, data)


def _beside_counts(table: pd.DataFrame, plan: dict[str, Any], measured: Measured) -> pd.DataFrame:
    """Add what claims about effective ranks come to by the count above 0.01, which the paper's axes let one see."""
    counted = outcomes(plan, replace(measured, instead={DECIDING: RANK})).where(table["metric"] == DECIDING)
    columns = counted[[*NUMBERS, "outcome"]].set_axis(COUNTED, axis=1)
    return pd.concat([table, columns.where(table["outcome"] != NOT_RUN)], axis=1)


def _notes(table: pd.DataFrame, plan: dict[str, Any], measured: Measured) -> list[str]:
    """Return for every claim that ran what a reader must know to trust it."""
    training = {(run["dataset"], run["variant"]): run["training"] for run in plan["runs"]}
    by_claim = []
    for row in table.itertuples():
        sides = [training.get((row.dataset, variant)) for variant in (row.variant, row.other)]
        parts = [_reconstruction(row, measured), _count_disagrees(row), _trained_apart(*sides)]
        by_claim.append("; ".join(part for part in parts if part and row.outcome != NOT_RUN))
    return by_claim


def _reconstruction(row: Any, measured: Measured) -> str:
    """Return where two ranks were compared, if not at ends that explain the images alike."""
    if row.decided_at not in (END, EQUALLY):
        return ""
    without = [name for name in (row.variant, row.other) if (row.dataset, name) not in measured.paths]
    explain = f"explain {row.explained:.0%} and {row.other_explained:.0%} of the variance"
    if row.decided_at == EQUALLY:
        return f"at equal reconstruction: at the end they {explain}"
    known = f", where they {explain}" if np.isfinite([row.explained, row.other_explained]).all() else ""
    return f"at the end of training{known}: no trajectory of {' and '.join(without)}" if without else ""


def _count_disagrees(row: Any) -> str:
    """Return what the count says of a claim where its outcome or its sign is not the effective rank's."""
    if row.metric != DECIDING or row.outcome == NOT_RUN:
        return ""
    signs = row.kind == BELOW and np.sign(row.count_difference) != np.sign(row.difference)
    if row.count_outcome == row.outcome and not signs:
        return ""
    return f"but the count above 0.01 differs by {row.count_difference:+.1f}: {row.count_outcome}"


def _trained_apart(variant: dict[str, Any] | None, other: dict[str, Any] | None) -> str:
    if variant is None or other is None:
        return ""
    changed = [f"{key} {variant[key]:g} against {other[key]:g}" for key in variant if variant[key] != other[key]]
    return f"but trained otherwise: {', '.join(changed)}" if changed else ""
