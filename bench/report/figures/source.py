"""What every kind of figure reads; in: plan, tables, data.json, images, out: frames, arrays, titles."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from bench.records.files import read_array, read_json
from bench.records.names import labels, title_in
from bench.records.tables import read_table

PREFIX = "singular_value:"


@dataclass(frozen=True)
class Source:
    """The results folder of a plan."""

    plan: dict[str, Any]
    results: Path

    def label(self, variant: str, dataset: str | None = None) -> str:
        """Return how the paper calls a variant on a data set, or on all of them."""
        return labels(self.plan, dataset).get(variant, variant)

    @cached_property
    def _singular_values(self) -> pd.DataFrame:
        metrics = self.table("metrics")
        chosen = metrics[metrics["metric"].str.startswith(PREFIX)]
        return chosen.assign(index=chosen["metric"].str.removeprefix(PREFIX).astype(int))

    @cached_property
    def _seen(self) -> pd.DataFrame:
        return self.table("trajectory")

    def table(self, name: str) -> pd.DataFrame:
        """Return a table of tables/."""
        return read_table(self.results / "tables" / f"{name}.csv")

    def title(self, panel: dict[str, Any]) -> str:
        """Return the title of a panel's data set, or why there is none."""
        if panel["dataset"] is None:
            return f"{title_in(panel['role'], self.plan)}: not run in this preset"
        return read_json(self.results / "data" / panel["dataset"] / "data.json")["title"]

    def absent(self, panel: dict[str, Any], name: str) -> list[str]:
        """Return the labels of the variants that the config wants in a figure's panel and that do not run."""
        wanted = self.plan["config"]["figures"][name]["panels"][panel["role"]]
        return [self.label(variant, panel["dataset"]) for variant in wanted if variant not in panel["variants"]]

    def seeds(self, dataset: str, variant: str) -> list[int]:
        """Return the seeds of a variant."""
        return [seed for run in self._runs(dataset, variant) for seed in run["seeds"]]

    def spectra(self, panel: dict[str, Any]) -> pd.DataFrame:
        """Return normalised singular values: variant, seed, index (from 0), value (missing if diverged)."""
        frame = self._singular_values
        frame = frame[(frame["dataset"] == panel["dataset"]) & frame["variant"].isin(panel["variants"])]
        return frame[["variant", "seed", "index", "value"]]

    def trajectories(self, panel: dict[str, Any]) -> pd.DataFrame:
        """Return what was seen along training: a column per metric, by variant, seed and step."""
        frame = self._seen
        frame = frame[(frame["dataset"] == panel["dataset"]) & frame["variant"].isin(panel["variants"])]
        return frame.pivot(index=["variant", "seed", "step"], columns="metric", values="value")

    def images(self, dataset: str, variant: str, name: str) -> np.ndarray:
        """Return the images [..., c, h, w] (uint8) of the first seed."""
        first = self._runs(dataset, variant)[0]
        return read_array(self.results / first["path"] / "images" / f"{name}.npy")[0]

    def diverged(self, dataset: str, variant: str) -> bool:
        """Return whether the first seed diverged: its spectrum knows, a black image may be an answer."""
        frame = self.spectra({"dataset": dataset, "variants": [variant]})
        return bool(frame.loc[frame["seed"] == self.seeds(dataset, variant)[0], "value"].isna().any())

    def _runs(self, dataset: str, variant: str) -> list[dict[str, Any]]:
        pair = (dataset, variant)
        return [run for run in self.plan["runs"] if (run["dataset"], run["variant"]) == pair]
