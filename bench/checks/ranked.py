"""Are methods that are ranked together trained alike? In: ranking.csv and what was trained, out: those that are not."""

import json
from collections.abc import Iterator
from typing import Any

from bench.checks.folder import AGAIN, Finding, Folder, error, listed
from bench.verdicts.family import methods


def ranked(folder: Folder) -> Iterator[Finding]:
    """On no data set are methods ranked together that were trained otherwise, by what their runs keep."""
    table = folder.table("ranking")
    names = set(table.dropna(subset="mean_rank")["method"])
    for dataset in folder.plan["config"]["datasets"]:
        alike: dict[str, list[str]] = {}
        for method, variant in methods(dataset, folder.plan).items():
            for training in _trainings(folder, dataset, variant) if method in names else ():
                alike.setdefault(json.dumps(training, sort_keys=True), []).append(method)
        if len(alike) > 1:
            yield error("ranked", "tables/ranking.csv", f"on {dataset} {_words(alike)}; {AGAIN}")


def _trainings(folder: Folder, dataset: str, variant: str) -> list[dict[str, Any]]:
    """Return how each batch of a variant's seeds was trained, each way once."""
    paths = [run["path"] for run in folder.trained if (run["dataset"], run["variant"]) == (dataset, variant)]
    ways = [folder.provenance[path]["spec"]["training"] for path in paths]
    return [way for place, way in enumerate(ways) if way not in ways[:place]]


def _words(alike: dict[str, list[str]]) -> str:
    """Return who was trained how, the fewest first; of the settings those that differ."""
    ways = [(json.loads(way), names) for way, names in sorted(alike.items(), key=lambda pair: len(pair[1]))]
    differ = [key for key in ways[0][0] if len({str(way.get(key)) for way, _ in ways}) > 1]
    texts = [f"{listed(names)} ({', '.join(f'{key} {way[key]}' for key in differ)})" for way, names in ways]
    return f"{' and '.join(texts)} are ranked together though they were trained otherwise"
