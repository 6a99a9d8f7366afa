"""Would another protocol change the conclusions? In: sensitivity.csv, variance.csv, out: a table each."""

from typing import Any

import pandas as pd

from bench.records.names import heading
from bench.report.cells import ABSENT, item, table
from bench.report.results import Place, Results
from bench.report.verdicts import sides
from bench.verdicts.sensitivity import GAINED, KEPT, LOST, REVERSED, in_order

EFFECTS = [KEPT, LOST, GAINED, REVERSED]
TEXT = """\
The paper leaves open, or its released code does otherwise, how some things are measured. Each row changes one of them,
measures the trained models again (or trains them again) and judges every claim it touches once more. A conclusion is
reversed where the seeds show the opposite of what they usually show; where it is `now clear` or `no longer clear` only
the certainty changed. The number is the row of [protocol.md](../../docs/protocol.md) and leads to the lines in
[sensitivity.csv](tables/sensitivity.csv)."""
HEADER = ["", "alternative", "claims", *EFFECTS, "reversed: which"]
LEAST = """\
With the first 10 images as labels no classifier whatever can err on fewer than **{:.1f} %** of the test images:
the others are of classes that it never saw."""
VARIANCE = """\
## Where the spread of Table 2 comes from

Every autoencoder classified with the same {} draws of labels: the standard deviation over all pairs, and the
shares of its variance that the autoencoder's seed, the draw (labelled images, initial head, their order) and
neither of them explain ([variance.csv](tables/variance.csv)). With {} autoencoders the shares are rough."""


def sensitivity(results: Results) -> str:
    """Return what every alternative to the protocol would change."""
    judged = {name: rows for name, rows in results.sensitivity.groupby("alternative", sort=False)}
    alternatives = [*in_order(results.plan)]
    rows = [_row(alternative, judged[name], results) for name, alternative in alternatives if name in judged]
    others = [_why_none(name, alternative, results) for name, alternative in alternatives if name not in judged]
    parts = [TEXT, table(HEADER, rows), "\n".join(others), _least(results), _variance(results)]
    return "\n\n".join(part for part in parts if part)


def _row(alternative: dict[str, Any], judged: pd.DataFrame, results: Results) -> list[str]:
    link = f"[{alternative['row']}](tables/sensitivity.csv#L{judged.index[0] + 2})"
    counts = [str((judged["effect"] == effect).sum() or ABSENT) for effect in EFFECTS]
    return [link, alternative["does"], str(len(judged)), *counts, _reversed(judged, results)]


def _why_none(name: str, alternative: dict[str, Any], results: Results) -> str:
    again = {"training", "data", "variants"} & set(alternative)
    not_run = again and name not in results.plan["config"]["sensitivity"]["retrain"]
    why = "not run, it trains again" if not_run else "no claim hangs on it here"
    return item(f"{alternative['row']}, {alternative['does']}: {why}")


def _reversed(judged: pd.DataFrame, results: Results) -> str:
    claims = results.claims.set_index("claim")
    return "; ".join(
        f"{sides(claims.loc[row.claim], results)} in {heading(row.metric)}: {row.outcome}"
        for row in judged[judged["effect"] == REVERSED].itertuples()
    )


def _least(results: Results) -> str:
    errors = results.alternatives.query("alternative == 'first-labels' and metric == 'least_error:10'")["value"]
    return LEAST.format(errors.iloc[0]) if len(errors) else ""


def _variance(results: Results) -> str:
    shown = results.variance[results.variance["metric"].str.endswith(":best")]
    if shown.empty:
        return ""
    header = ["", "error", "sd, points", "autoencoder", "draw", "neither"]
    parts = [VARIANCE.format(results.plan["config"]["sensitivity"]["crossed"]["seeds"], len(results.plan["seeds"]))]
    for dataset, rows in shown.groupby("dataset", sort=False):
        lines = [
            [
                results.label(row.variant, dataset),
                heading(row.metric).removeprefix("error, "),
                f"{row.sd:.1f}",
                *(f"{share:.0%}" for share in (row.autoencoder, row.labels, row.rest)),
            ]
            for row in rows.itertuples()
        ]
        parts += [f"{results.title(Place(dataset, None))}:", table(header, lines)]
    return "\n\n".join(parts)
