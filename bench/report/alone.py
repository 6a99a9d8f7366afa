"""The study of linear autoencoders where the rest of its preset has not run; in: its summary.csv and another
preset's plan, out: what the claims on it came to, as a preset leaves its own for the front page.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from bench.report.left import TESTS, Left, in_numbers
from bench.report.results import DIGITS
from bench.verdicts.claims import read_linear
from bench.verdicts.measured import Measured
from bench.verdicts.outcomes import NOT_RUN, outcomes


class Alone(NamedTuple):
    """A study that stands alone: the preset at whose size it was run, and its claims as in `Left`, by name."""

    preset: str
    claims: dict[str, dict[str, Any]]

    def page(self, claim: dict[str, Any]) -> str:
        """Return where the numbers of a claim stand below results/."""
        return f"{self.preset}/linear_rank/summary.csv"


def read_alone(folder: Path, plan: dict[str, Any], presets: Sequence[Left]) -> list[Alone]:
    """Return the studies of a results folder whose presets did not run to their end; `presets` are those that did."""
    ended = {TESTS, *(own.preset for own in presets)}
    found = [path.parents[1] for path in sorted(folder.glob("*/linear_rank/summary.csv"))]
    known = {name: claim for own in presets for name, claim in own.claims.items()}
    return [Alone(own.name, dict(_claims(own, plan, known))) for own in found if own.name not in ended]


def _claims(
    folder: Path, plan: dict[str, Any], known: dict[str, dict[str, Any]]
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the claims on the study, said as `known` says them, with what this one's numbers make of them."""
    table = outcomes(plan, Measured(read_linear(folder)))
    for row in table[table["outcome"] != NOT_RUN].itertuples():
        if row.claim in known:
            digits = DIGITS[row.metric.split(":")[0]]
            numbers = in_numbers(row.kind, f"{row.mean:.{digits}f}", f"{row.other_mean:.{digits}f}")
            own = {"numbers": numbers, "seeds": f"{row.agree} of {row.n}", "outcome": row.outcome}
            yield row.claim, known[row.claim] | own
