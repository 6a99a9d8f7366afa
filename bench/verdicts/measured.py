"""What was measured, by seed; in: metrics.csv and alternatives.csv, out: one series per number of a table."""

from dataclasses import dataclass, field, replace

import pandas as pd

from bench.records.names import RANK
from bench.verdicts.equal import Paths

KEYS = ["dataset", "variant", "metric"]
Series = dict[tuple[str, str, str], pd.Series]


@dataclass(frozen=True)
class Measured:
    """Values by seed (NaN: diverged) of every data set, variant and metric, as an alternative to the protocol has them.

    usual: by the protocol itself; other: what the alternative measured, which counts in place of the usual; instead:
    parts of metrics' names and what the alternative puts in their place; paths: trajectories by data set and variant.
    """

    usual: Series
    other: Series = field(default_factory=dict)
    instead: dict[str, str] = field(default_factory=dict)
    paths: Paths = field(default_factory=dict)

    def values(self, dataset: str, variant: str, metric: str) -> pd.Series | None:
        """Return values by seed, or None if nothing was measured."""
        key = dataset, variant, self.name(metric)
        return self.other.get(key, self.usual.get(key))

    def name(self, metric: str) -> str:
        """Return the metric that stands for a metric."""
        for part, other in self.instead.items():
            metric = metric.replace(part, other)
        return metric

    def under(self, name: str, other: Series, instead: dict[str, str]) -> "Measured":
        """Return what an alternative measured, and the usual numbers where it changes nothing.

        Where it trained again (data sets DATASET@ALTERNATIVE), no other trajectory stands for that training's.
        """
        again = {(dataset, variant) for dataset, variant, metric in other if is_rank(metric)}
        own = {key: self.paths.get((f"{key[0]}@{name}", key[1])) for key in again}
        paths = {key: path for key, path in (self.paths | own).items() if path is not None}
        return replace(self, other=other, instead=instead, paths=paths)


def is_rank(metric: str) -> bool:
    """Tell whether a metric is a rank of codes, which a trajectory has too."""
    return metric == "effective_rank" or metric.startswith("rank:")


def spreads(studies: pd.DataFrame) -> Series:
    """Return `rank_spread:STUDY` by data set and variant: the largest less the smallest rank over a study's settings.

    In: studies.csv. A setting of 0, no chain or no penalty at all, is not among them; NaN where one diverged.
    """
    ranks = studies[(studies["metric"] == RANK) & (studies["setting"] > 0)]
    table = ranks.pivot_table("value", ["dataset", "variant", "study", "seed"], "setting", dropna=False)
    spread = (table.max(axis=1, skipna=False) - table.min(axis=1, skipna=False)).rename("value").reset_index()
    return by_seed(spread.assign(metric="rank_spread:" + spread["study"]))


def by_seed(table: pd.DataFrame) -> Series:
    """Return the values by seed of a table with columns dataset, variant, metric, seed, value."""
    groups = table.set_index("seed").groupby(KEYS, sort=False)["value"]
    # Those of metrics.csv are in order, and sorting tens of thousands of short series again takes seconds.
    return {key: values if values.index.is_monotonic_increasing else values.sort_index() for key, values in groups}
