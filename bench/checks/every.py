"""Everything a hostile reviewer of a finished results folder looks for; in: the folder, out: findings."""

from collections.abc import Callable, Iterator

from bench.checks import fairness, numbers, origins, ranked, sense, sizes, tables, twins
from bench.checks.folder import BROKEN, Finding, Folder
from bench.job.command import Stop

CHECKS: list[Callable[[Folder], Iterator[Finding]]] = [
    origins.complete,
    origins.readable,
    origins.origins,
    origins.batches,
    origins.commits,
    origins.machines,
    origins.data,
    origins.extractors,
    numbers.seeds,
    numbers.references,
    numbers.copies,
    twins.twins,
    numbers.missing,
    numbers.ranges,
    numbers.spectra,
    tables.tables,
    fairness.trajectories,
    fairness.equal_reconstruction,
    ranked.ranked,
    sizes.counts,
    sizes.epochs,
    sense.yardsticks,
    sense.limits,
    sense.controls,
    sense.learned,
]
SEVERITIES = ("error", "warning", "note")


def check(folder: Folder) -> list[Finding]:
    """Return what every check finds, the worst first; a file that cannot be read is a finding too."""
    findings: list[Finding] = []
    for each in CHECKS:
        try:
            findings += each(folder)
        except (*BROKEN, Stop) as error:
            # A folder may be broken in any way; one that breaks a check must not hide what the others find.
            text = f"cannot be checked: {type(error).__name__}: {error}; run the workflow again"
            findings.append(Finding("error", each.__name__, str(folder.root), text))
    return sorted(findings, key=lambda finding: SEVERITIES.index(finding.severity))


def lines(folder: Folder, findings: list[Finding]) -> Iterator[str]:
    """Yield a line per finding and one that counts them."""
    for finding in findings:
        yield f"{finding.severity.upper():7}  {finding.check:10} {finding.where}: {finding.message}"
    totals = ", ".join(f"{sum(finding.severity == name for finding in findings)} {name}s" for name in SEVERITIES)
    datasets = ", ".join(folder.plan["datasets"])
    yield f"{folder.root}: {totals} in {len(folder.runs)} runs on {datasets}"
