"""When a small spread of learned ranks says something; in: values by seed of rule `linear_rank`, out: why not."""

from collections.abc import Sequence

from bench.verdicts.measured import Measured

# A spread of rule linear_rank's summary.csv, and the error of the same trainings.
SPREADS = {"rank_spread:depth": "rank_error", "rank_spread:scale": "rank_error:scale"}


def undecidable(dataset: str, variants: Sequence[str], metric: str, measured: Measured, margin: float) -> str:
    """Return why a claim that one variant's ranks spread less than another's cannot be decided; empty if it can, and
    for any other claim.

    Ranks that are all equally wrong spread little too. So the smaller spread counts only where the ranks behind it are
    right: their mean error over seeds is at most `margin` dimensions. Where no true rank is known, nothing is asked.
    """
    if not metric.startswith(tuple(SPREADS)):
        return ""
    spreads = {name: measured.values(dataset, name, metric) for name in variants}
    errors = {name: measured.values(dataset, name, error_of(metric)) for name in variants}
    if any(values is None for values in [*spreads.values(), *errors.values()]):
        return ""
    smaller = min(spreads, key=lambda name: spreads[name].mean())
    error = errors[smaller].mean()
    if error <= margin:
        return ""
    return f"{smaller} spreads less, but its ranks are wrong by {error:.1f} (at most {margin:g} may be)"


def error_of(spread: str) -> str:
    """Return the metric that is the error of the ranks behind a spread, of the same optimiser."""
    name = next(name for name in SPREADS if spread.startswith(name))
    return spread.replace(name, SPREADS[name])
