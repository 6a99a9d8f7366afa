"""Does every variant do something? In: metrics.csv, out: variants of a data set that share all their numbers."""

from collections.abc import Iterator
from itertools import combinations

from bench.checks.folder import Finding, Folder, error
from bench.records.gather import REFERENCE

# Counts of images are the same for all, and a penalty's share moves with its weight even where nothing else does.
NO_PROOF = ("count:", "penalty_share")


def twins(folder: Folder) -> Iterator[Finding]:
    """No two variants of a data set have the same numbers: an option that tells them apart would be without effect."""
    numbers = folder.metrics[~folder.metrics["metric"].str.startswith(NO_PROOF)].dropna(subset="value")
    numbers = numbers[numbers["variant"] != REFERENCE].drop_duplicates(["dataset", "variant", "seed", "metric"])
    for dataset, rows in numbers.groupby("dataset", sort=False):
        by_variant = rows.pivot(index=["seed", "metric"], columns="variant", values="value")
        for one, other in combinations(rows["variant"].unique(), 2):
            both = by_variant[[one, other]].dropna()
            if len(both) and (both[one] == both[other]).all():
                text = f"all {len(both)} numbers are those of {one}: what sets it apart is without effect"
                yield error("twins", f"{dataset}/{other}", f"{text}; give it another value, or leave it out")
