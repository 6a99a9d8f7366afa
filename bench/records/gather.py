"""One table per kind of record; in: the plan, each run's metrics, history and provenance, and what each job cost.

Only files that the plan promises are read, so a missing one is an error and a stray one is no result; but a benchmark
file may be missing.
"""

from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from bench.job.command import Stop
from bench.records.costs import gather_jobs
from bench.records.files import COMMENT, read_json
from bench.records.names import REFERENCE, SUPERVISED
from bench.records.plan import every_run
from bench.records.tables import natural

COST = "jobs"  # the one table whose files may go: Snakemake's benchmarks are no results
REEVALUATE = "reevaluate"  # the step whose metrics are called ALTERNATIVE/METRIC
METRICS = ["dataset", "variant", "seed", "step", "metric", "value"]
ALTERNATIVES = ["dataset", "variant", "seed", "alternative", "metric", "value"]
STUDIES = ["dataset", "variant", "study", "setting", "seed", "metric", "value"]
HISTORY = ["dataset", "variant", "seed", "epoch", "loss"]
TRAJECTORY = ["dataset", "variant", "seed", "step", "metric", "value"]
Labelled = tuple[Path, tuple[str, ...]]  # a file and the labels of its rows


def gather_metrics(plan: dict[str, Any], results: Path) -> pd.DataFrame:
    """Return every number of the plan's runs and references: dataset, variant, seed, step, metric, value.

    Sorted as the plan lists data sets and variants, then by seed, step and metric (numbers in names by
    value). The value of a diverged seed is missing.
    """
    return stack_metrics(metric_tables(plan, results))


def metric_tables(plan: dict[str, Any], results: Path) -> list[Labelled]:
    """Return the files of the plan's runs and references, each with its data set, variant and step."""
    tables = [
        (_metrics(results, entry, step), (entry["dataset"], entry["variant"], step))
        for entry in plan["runs"]
        for step in entry["metrics"]
        if step != REEVALUATE
    ]
    return tables + [
        (results / "data" / dataset / f"{REFERENCE}.csv", (dataset, REFERENCE, REFERENCE))
        for dataset in plan["datasets"]
    ]


def stack_metrics(tables: list[Labelled]) -> pd.DataFrame:
    """Return the numbers of files of `metric_tables` in the order of `gather_metrics`."""
    metrics = _stacked(tables, ["dataset", "variant", "step"])
    return _sorted(metrics[METRICS], [metrics["seed"], metrics["table"], _metric_rank(metrics)])


def gather_alternatives(plan: dict[str, Any], results: Path) -> pd.DataFrame:
    """Return the numbers of every alternative to the protocol: dataset, variant, seed, alternative, metric, value.

    Those of trained models measured otherwise, and those of models trained otherwise, whose data set is called
    DATASET@ALTERNATIVE in the plan.
    """
    tables = []
    for entry in plan["runs"]:
        if REEVALUATE in entry["metrics"]:
            tables.append((_metrics(results, entry, REEVALUATE), (entry["dataset"], entry["variant"], "")))
    for entry in plan["retrained"]:
        dataset, alternative = entry["dataset"].split("@")
        for step in entry["metrics"]:
            tables.append((_metrics(results, entry, step), (dataset, entry["variant"], f"{alternative}/")))
    table = _stacked(tables, ["dataset", "variant", "prefix"])
    names = (table["prefix"] + table["metric"]).str.split("/", n=1)
    table = table.assign(alternative=names.str[0], metric=names.str[1])[ALTERNATIVES]
    return _sorted(table, [table["alternative"], table["seed"], _metric_rank(table)])


def gather_studies(plan: dict[str, Any], results: Path) -> pd.DataFrame:
    """Return the numbers of every study: dataset, variant, study, setting (its value), seed, metric, value."""
    tables = []
    for entry in plan["studied"]:
        point = (entry["dataset"], entry["of"], entry["study"], f"{entry['setting']:g}")
        tables += [(_metrics(results, entry, step), point) for step in entry["metrics"]]
    table = _stacked(tables, STUDIES[:4])[STUDIES].astype({"setting": float})
    return _sorted(table, [table["study"], table["setting"], table["seed"], _metric_rank(table)])


def gather_history(plan: dict[str, Any], results: Path) -> pd.DataFrame:
    """Return the training loss of every epoch: dataset, variant, seed, epoch, loss."""
    tables = [
        (results / entry["path"] / "history.csv", (entry["dataset"], entry["variant"]))
        for entry in every_run(plan)
        if _trained(entry)
    ]
    history = _stacked(tables, ["dataset", "variant"])[HISTORY]
    return _sorted(history, [history["seed"], history["epoch"]])


def gather_trajectory(plan: dict[str, Any], results: Path) -> pd.DataFrame:
    """Return what was seen along the trainings of rows and alternatives: dataset, variant, seed, step, metric, value.

    A step is the optimiser's. A model that takes none has no rows; a value is missing from where its seed diverged.
    """
    tables = [
        (results / entry["path"] / "trajectory.csv", (entry["dataset"], entry["variant"]))
        for entry in [*plan["runs"], *plan["retrained"]]
        if _trained(entry)
    ]
    trajectory = _stacked(tables, ["dataset", "variant"])[TRAJECTORY]
    return _sorted(trajectory, [trajectory["seed"], trajectory["step"], _metric_rank(trajectory)])


def gather_runs(plan: dict[str, Any], results: Path) -> pd.DataFrame:
    """Return one row per run: dataset, variant, seeds and its provenance, nested keys joined by dots.

    The supervised run keeps no provenance: its row ends after its name.
    """
    rows = []
    for entry in every_run(plan):
        row = {"dataset": entry["dataset"], "variant": entry["variant"], "seeds": Path(entry["path"]).name}
        rows.append(row | (_provenance(results / entry["path"]) if _trained(entry) else {}))
    return pd.json_normalize(rows).convert_dtypes()


def _metric_rank(table: pd.DataFrame) -> pd.Series:
    ranks = {name: rank for rank, name in enumerate(sorted(table["metric"].unique(), key=natural))}
    return table["metric"].map(ranks)


def _metrics(results: Path, entry: dict[str, Any], step: str) -> Path:
    return results / entry["path"] / "metrics" / f"{step}.csv"


def _trained(entry: dict[str, Any]) -> bool:
    return entry["model"] != SUPERVISED


def _provenance(folder: Path) -> dict[str, Any]:
    record = read_json(_present(folder / "provenance.json"))
    record["training"] = record.pop("spec")["training"]  # the rest stands in the plan
    lists = {key: " ".join(map(str, value)) for key, value in record.items() if isinstance(value, list)}
    return record | lists


def _stacked(tables: list[Labelled], columns: list[str]) -> pd.DataFrame:
    """Return the rows of many tables under each other, each with its labels (`columns`) and the number of its `table`.

    In: files of one header, with their labels. They are parsed as one text: a parse for each of tens of thousands
    of small files takes minutes.
    """
    parts = [_header_and_body(path) for path, _ in tables]
    header = parts[0][0] if parts else b"seed,metric,value"
    for (path, _), (other, _) in zip(tables, parts, strict=True):
        if other != header:
            raise Stop(f"{path} has columns {other.decode()}, {tables[0][0]} has {header.decode()}")
    bodies = [body for _, body in parts]
    frame = pd.read_csv(BytesIO(header + b"\n" + b"".join(bodies)))
    rows = np.repeat(np.arange(len(tables)), [body.count(b"\n") for body in bodies])
    labels = {name: pd.Series([label[i] for _, label in tables], dtype="str") for i, name in enumerate(columns)}
    return frame.assign(table=rows, **{name: values.take(rows).to_numpy() for name, values in labels.items()})


def _header_and_body(path: Path) -> tuple[bytes, bytes]:
    """Return a table's names of columns and its rows, each with a line end; not where its numbers come from."""
    text = _present(path).read_bytes().strip() + b"\n"
    if text.startswith(COMMENT.encode()):
        text = text.partition(b"\n")[2]
    header, _, body = text.partition(b"\n")
    return header, body


def _present(path: Path) -> Path:
    if not path.exists():
        raise Stop(f"{path} is missing although the plan promises it: run the workflow again to make it")
    return path


def _sorted(frame: pd.DataFrame, keys: list[pd.Series]) -> pd.DataFrame:
    """Sort by data set and variant, both in order of first appearance, then by `keys`."""
    groups = (["dataset"], ["dataset", "variant"])
    ranks = [frame.groupby(columns, sort=False).ngroup() for columns in groups]
    # numpy sorts by its last key first.
    return frame.iloc[np.lexsort([*reversed([*ranks, *keys])])].reset_index(drop=True)


TABLES = {
    "metrics": gather_metrics,
    "alternatives": gather_alternatives,
    "studies": gather_studies,
    "history": gather_history,
    "trajectory": gather_trajectory,
    "runs": gather_runs,
    COST: gather_jobs,
}
