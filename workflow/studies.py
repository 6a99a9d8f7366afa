"""Studies: one setting of some variants takes several values; in: the merged config, out: runs as plain dictionaries.

A point is a variant VARIANT@STUDY-VALUE. One that trains as a row of the tables does is that row's run.
"""

import json
from collections.abc import Iterator
from typing import Any

from workflow import alternatives
from workflow.runs import batched, metrics

# What is not measured of a point: added measures and other protocols.
ROWS_ONLY = ("measure", "reevaluate")
DECIDES = ("dataset", "model", "options", "seeds", "latent", "architecture", "training")


def studied(config: dict[str, Any], rows: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield the runs of every study, with `study`, `of` (the variant) and `setting` (the value)."""
    known = {_decides(run): run for run in rows}
    for name, study in config["studies"].items():
        for dataset in (dataset for dataset in config["datasets"] if dataset in study["datasets"]):
            for variant, settings in study["variants"].items():
                for value in study["values"]:
                    point = f"{variant}{alternatives.MARK}{name}-{value}"
                    there = {**settings, study["option"]: value}
                    steps = [step for step in metrics(dataset, point, config) if not step.startswith(ROWS_ONLY)]
                    for run in batched(dataset, point, there, steps, config):
                        same = known.get(_decides(run), run)
                        own = {"study": name, "of": variant, "setting": value, "metrics": steps}
                        yield {**same, **own}


def _decides(run: dict[str, Any]) -> str:
    """Return what decides a run's result, as text."""
    return json.dumps([run[key] for key in DECIDES], sort_keys=True)
