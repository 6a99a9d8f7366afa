"""What every kind of figure reads; in: plan, tables, data.json, images, out: frames, arrays, titles."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from bench.records.files import read_array, read_json
from bench.records.names import PAPER_DATA, labels, title_in
from bench.records.tables import read_table
from bench.report.figures import style

PREFIX = "singular_value:"
DECODED_ONLY = ("celeba",)  # data sets of photographs of persons: no image of theirs is shown


@dataclass(frozen=True)
class Source:
    """The results folder of a plan, and the published numbers (config/paper.csv)."""

    plan: dict[str, Any]
    results: Path
    paper: pd.DataFrame

    def label(self, variant: str, dataset: str | None = None) -> str:
        """Return how the paper calls a variant on a data set, or on all of them."""
        return labels(self.plan, dataset).get(variant, variant)

    @cached_property
    def colours(self) -> dict[str, str]:
        """Return the colour of every variant."""
        return style.colours(self.plan)

    @cached_property
    def _metrics(self) -> pd.DataFrame:
        return self.table("metrics")

    @cached_property
    def _seen(self) -> pd.DataFrame:
        return self.table("trajectory")

    def table(self, name: str) -> pd.DataFrame:
        """Return a table of tables/."""
        return read_table(self.results / "tables" / f"{name}.csv")

    def record(self, dataset: str) -> dict[str, Any]:
        """Return a data set's record, data.json."""
        return read_json(self.folder(dataset) / "data.json")

    def folder(self, dataset: str) -> Path:
        """Return the folder of a data set."""
        return self.results / "data" / dataset

    def title(self, panel: dict[str, Any]) -> str:
        """Return the title of a panel's data set, or why there is none."""
        if panel["dataset"] is None:
            return f"{title_in(panel['role'], self.plan)}: not run in this preset"
        return self.record(panel["dataset"])["title"]

    def absent(self, panel: dict[str, Any], name: str) -> list[str]:
        """Return the labels of the variants that the config wants in a figure's panel and that do not run."""
        wanted = self.plan["config"]["figures"][name]["panels"][panel["role"]]
        return [self.label(variant, panel["dataset"]) for variant in wanted if variant not in panel["variants"]]

    def seeds(self, dataset: str, variant: str) -> list[int]:
        """Return the seeds of a variant."""
        return [seed for run in self._runs(dataset, variant) for seed in run["seeds"]]

    def most_seeds(self, panel: dict[str, Any]) -> int:
        """Return how many seeds a panel's variants have, the most of them."""
        return max(len(self.seeds(panel["dataset"], variant)) for variant in panel["variants"])

    def spectra(self, panel: dict[str, Any]) -> pd.DataFrame:
        """Return normalised singular values: variant, seed, index (from 0), value (missing if diverged)."""
        frame = self._metrics[self._metrics["metric"].str.startswith(PREFIX)]
        frame = frame[(frame["dataset"] == panel["dataset"]) & frame["variant"].isin(panel["variants"])]
        frame = frame.assign(index=frame["metric"].str.removeprefix(PREFIX).astype(int))
        return frame[["variant", "seed", "index", "value"]]

    def published_spectra(self, panel: dict[str, Any]) -> pd.DataFrame:
        """Return the singular values that were read off the paper's figures: variant, index, value."""
        paper = PAPER_DATA.get(panel["role"])
        frame = self.paper[self.paper["metric"].str.startswith(PREFIX)]
        frame = frame[(frame["dataset"] == (paper and paper.dataset)) & frame["variant"].isin(panel["variants"])]
        return frame.assign(index=frame["metric"].str.removeprefix(PREFIX).astype(int))[["variant", "index", "value"]]

    def trajectories(self, panel: dict[str, Any]) -> pd.DataFrame:
        """Return what was seen along training: a column per metric, by variant, seed and step."""
        frame = self._seen
        frame = frame[(frame["dataset"] == panel["dataset"]) & frame["variant"].isin(panel["variants"])]
        return frame.pivot(index=["variant", "seed", "step"], columns="metric", values="value")

    def values(self, dataset: str, variant: str, metric: str) -> pd.Series:
        """Return a metric by seed, without the seeds that diverged."""
        frame = self._metrics
        chosen = frame[(frame["dataset"] == dataset) & (frame["variant"] == variant) & (frame["metric"] == metric)]
        return chosen.groupby("seed")["value"].mean().dropna()

    def images(self, dataset: str, variant: str, name: str) -> np.ndarray:
        """Return the images [..., c, h, w] (uint8) of the first seed."""
        first = self._runs(dataset, variant)[0]
        return read_array(self.results / first["path"] / "images" / f"{name}.npy")[0]

    def real(self, dataset: str, split: str) -> np.ndarray:
        """Return the images [n, c, h, w] (uint8) of a data set's split."""
        return read_array(self.folder(dataset) / f"{split}.npy")

    def may_show(self, dataset: str) -> bool:
        """Return whether the images of a data set itself may be shown."""
        return dataset.split("@")[0] not in DECODED_ONLY

    def diverged(self, dataset: str, variant: str) -> bool:
        """Return whether the first seed diverged: its spectrum knows, a black image may be an answer."""
        frame = self.spectra({"dataset": dataset, "variants": [variant]})
        return bool(frame.loc[frame["seed"] == self.seeds(dataset, variant)[0], "value"].isna().any())

    def _runs(self, dataset: str, variant: str) -> list[dict[str, Any]]:
        pair = (dataset, variant)
        return [run for run in self.plan["runs"] if (run["dataset"], run["variant"]) == pair]
