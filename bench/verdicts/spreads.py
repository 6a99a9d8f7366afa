"""When a small spread of learned ranks says something; in: values by seed of rule `linear_rank`, out: why not."""

from collections.abc import Sequence

from bench.linear.summary import ERROR, SPREADS
from bench.verdicts.measured import Measured


def undecidable(dataset: str, variants: Sequence[str], metric: str, measured: Measured, margin: float) -> str:
    """Return why a claim that one variant's ranks spread less than another's cannot be decided; empty if it can.

    Ranks that are all equally wrong spread little too. So the smaller spread counts only where the ranks behind it are
    right: their mean error over seeds is at most `margin` dimensions. Where no true rank is known, nothing is asked.
    """
    spreads = {name: measured.values(dataset, name, metric) for name in variants}
    errors = {name: measured.values(dataset, name, error_of(metric)) for name in variants}
    if any(values is None for values in [*spreads.values(), *errors.values()]):
        return ""
    smaller = min(spreads, key=lambda name: spreads[name].mean())
    error = errors[smaller].mean()
    if error <= margin:
        return ""
    return f"{smaller} spreads less, but its ranks are wrong by {error:.1f} (at most {margin:g} may be)"


def error_of(metric: str) -> str:
    """Return the error of the ranks behind a spread, of the same optimiser; what is no spread has the plain one."""
    spread = next((name for name in SPREADS if metric.startswith(name)), None)
    return metric.replace(spread, SPREADS[spread]) if spread else ERROR
