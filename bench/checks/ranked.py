"""Are methods that are ranked together trained alike? In: ranking.csv and what was trained, out: those that are not."""

import json
from collections.abc import Iterator
from typing import Any

from bench.checks.folder import AGAIN, Finding, Folder, error, listed
from bench.verdicts.family import methods
from bench.verdicts.ranking import OVERALL


def ranked(folder: Folder) -> Iterator[Finding]:
    """On no data set are methods ranked together that were trained otherwise, by what their runs keep."""
    for metric, rows in folder.table("ranking").dropna(subset="mean_rank").groupby("metric", sort=False):
        for dataset in _measured_on(folder, str(metric)):
            alike: dict[str, list[str]] = {}
            for method, variant in methods(dataset, folder.plan).items():
                for training in _trainings(folder, dataset, variant) if method in set(rows["method"]) else ():
                    alike.setdefault(training, []).append(method)
            if len(alike) > 1:
                yield error("ranked", "tables/ranking.csv", f"{metric} ranks {_words(alike)} on {dataset}; {AGAIN}")


def _measured_on(folder: Folder, metric: str) -> list[str]:
    """Return the data sets on which methods were measured by what a ranking is of."""
    wanted = folder.plan["config"]["family"]["ranked_by"] if metric == OVERALL else [metric]
    measured = set(folder.metrics.loc[folder.metrics["metric"].isin(wanted), "dataset"])
    return [dataset for dataset in folder.plan["config"]["datasets"] if dataset in measured]


def _trainings(folder: Folder, dataset: str, variant: str) -> set[str]:
    """Return how a variant's seeds were trained, as JSON."""
    paths = [run["path"] for run in folder.trained if (run["dataset"], run["variant"]) == (dataset, variant)]
    return {json.dumps(folder.provenance[path]["spec"]["training"], sort_keys=True) for path in paths}


def _words(alike: dict[str, list[str]]) -> str:
    """Return who was trained how, of the settings those that differ."""
    ways: list[tuple[dict[str, Any], list[str]]] = [(json.loads(way), names) for way, names in alike.items()]
    differ = [key for key in ways[0][0] if len({str(way[key]) for way, _ in ways}) > 1]
    return " with ".join(f"{listed(names)} ({', '.join(f'{key} {way[key]}' for key in differ)})" for way, names in ways)
