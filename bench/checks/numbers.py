"""Is every number there once, a number, in its range, and of a seed of its own?"""

from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd

from bench.checks.folder import AGAIN, Finding, Folder, error, listed, note, warning
from bench.records.names import CONTROLS, UNREAL

RANGES = {
    "fid": (0, np.inf),
    "error": (0, 100),
    "explained_variance": (-np.inf, 1),
    "singular_value": (0, 1),
    "precision": (0, 1),
    "recall": (0, 1),
    "interpolation_fid": (0, np.inf),
    "midpoint_error": (0, 1),
    "penalty_share": (-np.inf, 1),  # a discrepancy is estimated without bias and may be below 0
}
FEW = 3
CONTROLLED = (  # what the controls of a data set score
    *((seed, f"{metric}:real") for metric in ("fid", "kid", "precision", "recall") for seed in (0, 1)),
    *((0, f"{metric}:{name}") for metric in ("fid", "kid", "precision", "recall") for name in UNREAL),
    *((0, f"interpolation:{name}") for name in CONTROLS),
)


def seeds(folder: Folder) -> Iterator[Finding]:
    """Every file holds its run's seeds, each number once and for each seed; the batches are all seeds."""
    if len(folder.plan["seeds"]) < FEW:
        yield note("seeds", "plan.json", "a spread of so few seeds is not worth much")
    cells: dict[tuple[str, str], list[int]] = {}
    for run in folder.runs:
        cells.setdefault((run["dataset"], run["variant"]), []).extend(run["seeds"])
    for (dataset, variant), present in cells.items():
        if sorted(present) != sorted(folder.plan["seeds"]):
            text = f"the batches of {dataset}/{variant} hold seeds {listed(sorted(present))}, not each of"
            yield error("seeds", "plan.json", f"{text} {listed(folder.plan['seeds'])} once; run the workflow again")
    names = _names(folder)
    for run in folder.runs:
        for step, path in folder.steps(run).items():
            yield from _once(folder, path, run["seeds"], names[run["dataset"], run["variant"], step])


def references(folder: Folder) -> Iterator[Finding]:
    """Every data set that is sampled or interpolated has what every control scores, once."""
    for _, path in folder.references():
        rows = folder.content[path].dropna(subset="value")
        present = list(zip(rows["seed"], rows["metric"], strict=True))
        for seed, metric in CONTROLLED:
            if (times := present.count((seed, metric))) != 1:
                text = f"has {metric} of seed {seed} {times} times, not once; {AGAIN}"
                yield error("seeds", folder.name(path), text)


def _names(folder: Folder) -> dict[tuple[str, str, str], set[str]]:
    """Return the metrics that any batch of a variant's seeds has in a step."""
    names: dict[tuple[str, str, str], set[str]] = {}
    for run in folder.runs:
        for step, path in folder.steps(run).items():
            key = run["dataset"], run["variant"], step
            names.setdefault(key, set()).update(folder.content[path]["metric"])
    return names


def _once(folder: Folder, path: Path, seeds: list[int], names: set[str]) -> Iterator[Finding]:
    rows, where = folder.content[path], folder.name(path)
    if sorted(rows["seed"].unique()) != sorted(seeds):
        text = f"holds seeds {listed(sorted(rows['seed'].unique()))}, its run has {listed(seeds)}"
        yield error("seeds", where, f"{text}; {AGAIN}")
        return
    if len(twice := rows[rows.duplicated(["seed", "metric"])]):
        first = f"{twice.iloc[0]['metric']} of seed {twice.iloc[0]['seed']}"
        yield error("seeds", where, f"has {len(twice)} numbers twice, first {first}; {AGAIN}")
    present = set(zip(rows["seed"], rows["metric"], strict=True))
    if lacking := [f"{name} of seed {seed}" for name in sorted(names) for seed in seeds if (seed, name) not in present]:
        yield error("seeds", where, f"lacks {listed(lacking, 3)}: the mean would be of fewer seeds; {AGAIN}")


def copies(folder: Folder) -> Iterator[Finding]:
    """No seed of a trained model is another one's copy."""
    yield from _copies(_gathered(folder, "history.csv").rename(columns={"epoch": "key", "loss": "value"}), "losses")
    trains = [run for run in folder.trained if folder.provenance[run["path"]]["wall_seconds"]]
    cells = {(run["dataset"], run["variant"]) for run in trains}
    table = _gathered(folder, "metrics/encode.csv")
    table = table[[name.startswith("singular_value:") for name in table["metric"]]].rename(columns={"metric": "key"})
    own = [pair in cells for pair in zip(table["dataset"], table["variant"], strict=True)]
    yield from _copies(table[own], "spectra")


def _gathered(folder: Folder, name: str) -> pd.DataFrame:
    columns = ["dataset", "variant", "seed", *(("epoch", "loss") if name == "history.csv" else ("metric", "value"))]
    tables = [pd.DataFrame(columns=columns)]
    for run in folder.trained:
        if (path := folder.root / run["path"] / name) in folder.content:
            tables.append(folder.content[path].assign(dataset=run["dataset"], variant=run["variant"]))
    return pd.concat([table for table in tables if len(table)] or tables)


def _copies(table: pd.DataFrame, kind: str) -> Iterator[Finding]:
    for (dataset, variant), rows in table.groupby(["dataset", "variant"], sort=False):
        if rows.duplicated(["seed", "key"]).any():
            continue  # found by `seeds`
        values = rows.pivot(index="key", columns="seed", values="value").dropna(axis=1, how="all")
        values = values.loc[:, values.any()]  # spectra of constant codes are all zero, and no copies
        for one, other in combinations(values.columns, 2):
            if (values[one] == values[other]).all():
                where = f"runs/{dataset}/{variant}"
                yield error("seeds", where, f"seed {other} is a copy of seed {one}: the same {kind}; {AGAIN}")


def missing(folder: Folder) -> Iterator[Finding]:
    """A number is missing only where its seed diverged, and every number is one."""
    for run in folder.runs:
        diverged = folder.provenance.get(run["path"], {}).get("diverged", [])
        if diverged:
            yield warning(
                "diverged",
                run["path"],
                f"seeds {listed(diverged)} diverged: its means leave them out",
            )
        for path in folder.metric_files(run):
            rows = folder.content[path]
            values = pd.to_numeric(rows["value"], errors="coerce")
            if len(wrong := rows[np.isinf(values) | (values.isna() & rows["value"].notna())]):
                yield error(
                    "numbers",
                    folder.name(path),
                    f"{wrong.iloc[0]['metric']} is {wrong.iloc[0]['value']}; {AGAIN}",
                )
            hidden = rows[rows["value"].isna() & ~rows["seed"].isin(diverged)]
            if len(hidden):
                which = f"{hidden.iloc[0]['metric']} of seed {hidden.iloc[0]['seed']}"
                yield error(
                    "numbers",
                    folder.name(path),
                    f"{which} is missing although that seed did not diverge; {AGAIN}",
                )


def ranges(folder: Folder) -> Iterator[Finding]:
    """No number is out of its range, by whichever protocol it was measured."""
    paths = [path for run in folder.runs for path in folder.metric_files(run)]
    paths += [path for _, path in folder.references()]
    rows = pd.concat([folder.content[path].assign(file=folder.name(path)) for path in paths], ignore_index=True)
    kinds = rows["metric"].str.split("/").str[-1].str.split(":").str[0]
    values = pd.to_numeric(rows["value"], errors="coerce")
    for kind, (low, high) in RANGES.items():
        wrong = rows[(kinds == kind) & ((values < low) | (values > high))]
        for row in wrong.drop_duplicates("file").itertuples():
            text = f"{row.metric} of seed {row.seed} is {row.value}, outside {low} to {high}; {AGAIN}"
            yield error("numbers", row.file, text)


def spectra(folder: Folder) -> Iterator[Finding]:
    """Singular values fall from 1, or are all zero: the codes of a constant encoder."""
    for path in (folder.steps(run)["encode"] for run in folder.runs if "encode" in folder.steps(run)):
        rows = folder.content[path]
        rows = rows[rows["metric"].str.startswith("singular_value:")].drop_duplicates(["seed", "metric"])
        for seed, own in rows.groupby("seed"):
            index = own["metric"].str.split(":").str[1].astype(int)
            values = own["value"].astype(float).to_numpy()[index.argsort()]
            if np.isnan(values).all() or not values.any():
                continue
            if values[0] != 1 or (np.diff(values) > 0).any():
                text = f"the singular values of seed {seed} do not fall from 1 but start at {values[0]:.4g}"
                rise = np.flatnonzero(np.diff(values) > 0)
                text += f" and rise after index {rise[0]}" if len(rise) else ""
                yield error("numbers", folder.name(path), f"{text}; {AGAIN}")
