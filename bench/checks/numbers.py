"""Is every number there once, a number, in its range, of the size the config asks for, and in the tables?"""

from collections.abc import Iterator
from io import StringIO
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from bench.aggregate import gather_alternatives, gather_history, gather_metrics, read_table
from bench.checks.folder import AGAIN, Finding, Folder, error, listed, note, warning
from bench.judge import claims
from bench.report.cells import KEYS, summarise
from bench.verdicts.measured import Measured, by_seed

RANGES = {"fid": (0, np.inf), "error": (0, 100), "explained_variance": (-np.inf, 1), "singular_value": (0, 1)}
LONG = ("table_1", "table_2", "spectra", "reconstruction")
FEW = 3


def seeds(folder: Folder) -> Iterator[Finding]:
    """Every file holds its run's seeds, each number once, and no seed is another one's copy."""
    if len(folder.plan["seeds"]) < FEW:
        yield note("seeds", "plan.json", "a spread of so few seeds is not worth much")
    for run in folder.runs:
        for path in folder.metric_files(run):
            rows = read_table(path)
            if sorted(rows["seed"].unique()) != sorted(run["seeds"]):
                found = f"holds seeds {listed(sorted(rows['seed'].unique()))}, its run has {listed(run['seeds'])}"
                yield error("seeds", folder.name(path), f"{found}; {AGAIN}")
            if len(twice := rows[rows.duplicated(["seed", "metric"])]):
                first = f"{twice.iloc[0]['metric']} of seed {twice.iloc[0]['seed']}"
                yield error("seeds", folder.name(path), f"has {len(twice)} numbers twice, first {first}; {AGAIN}")
    yield from _copies(folder, folder.history.rename(columns={"epoch": "key", "loss": "value"}), "losses")
    spectra = folder.metrics[folder.metrics["metric"].str.startswith("singular_value:")]
    trained = pd.MultiIndex.from_frame(folder.history[["dataset", "variant"]].drop_duplicates())
    spectra = spectra[pd.MultiIndex.from_frame(spectra[["dataset", "variant"]]).isin(trained)]
    yield from _copies(folder, spectra.rename(columns={"metric": "key"}), "spectra")


def _copies(folder: Folder, table: pd.DataFrame, kind: str) -> Iterator[Finding]:
    for (dataset, variant), rows in table.groupby(["dataset", "variant"], sort=False):
        if rows.duplicated(["seed", "key"]).any():
            continue  # found above
        values = rows.pivot(index="key", columns="seed", values="value").dropna(axis=1, how="all")
        for one, other in combinations(values.columns, 2):
            if (values[one] == values[other]).all():
                where = f"runs/{dataset}/{variant}"
                yield error("seeds", where, f"seed {other} is a copy of seed {one}: the same {kind}; {AGAIN}")


def tables(folder: Folder) -> Iterator[Finding]:
    """The tables say what the files say, and the means what the numbers say."""
    gathered = {"metrics": gather_metrics, "alternatives": gather_alternatives, "history": gather_history}
    for name, gather in gathered.items():
        table, again = folder.table(name), gather(folder.plan, folder.root)
        if difference := _first_difference(table, again):
            yield error("tables", f"tables/{name}.csv", f"does not say what the runs' files say: {difference}; {AGAIN}")
    verdicts = claims(
        folder.plan, Measured(by_seed(folder.metrics)), {n: folder.data(n) for n in folder.plan["datasets"]}
    )
    again = pd.read_csv(StringIO(verdicts.to_csv(index=False)))
    if difference := _first_difference(folder.table("claims"), again):
        yield error("tables", "tables/claims.csv", f"does not follow from metrics.csv: {difference}; {AGAIN}")
    numbers = summarise(folder.metrics).set_index(KEYS)
    for name in LONG:
        table = folder.table(name).set_index(KEYS)
        shared = numbers.reindex(table.index)
        for column in ("mean", "sd", "n"):
            wrong = ~np.isclose(table[column], shared[column], rtol=1e-9, equal_nan=True)
            if wrong.any():
                cell = " ".join(table.index[wrong][0])
                yield error("tables", f"tables/{name}.csv", f"{column} of {cell} is not that of metrics.csv; {AGAIN}")


def _first_difference(table: pd.DataFrame, again: pd.DataFrame) -> str:
    if list(table) != list(again) or len(table) != len(again):
        return f"{len(table)} rows for {len(again)}"
    for column in table:
        ours, theirs = (frame[column].to_numpy() for frame in (table, again))
        wrong = (ours != theirs) & ~(pd.isna(ours) & pd.isna(theirs))
        if wrong.any():
            place = int(wrong.argmax())
            return f"row {place + 2}, {column}: {ours[place]} for {theirs[place]}"
    return ""


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
            rows = read_table(path)
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
    """No number is out of its range."""
    kinds = folder.metrics["metric"].str.split(":").str[0]
    for kind, (low, high) in RANGES.items():
        wrong = folder.metrics[(kinds == kind) & ((folder.metrics["value"] < low) | (folder.metrics["value"] > high))]
        if len(wrong):
            row = wrong.iloc[0]
            where = f"{row['dataset']}/{row['variant']} seed {row['seed']}"
            yield error("numbers", where, f"{row['metric']} is {row['value']}, outside {low} to {high}; {AGAIN}")


def counts(folder: Folder) -> Iterator[Finding]:
    """There are as many samples, labels, singular values and epochs as the config asks for."""
    for run in folder.plan["runs"]:
        rows = folder.metrics
        own = rows[(rows["dataset"] == run["dataset"]) & (rows["variant"] == run["variant"])]
        own = own[own["seed"].isin(run["seeds"])]
        for what, found, wanted in _sizes(folder, run, own):
            if found != wanted:
                yield error(
                    "counts", run["path"], f"{what}: {sorted(found)}, the config asks for {sorted(wanted)}; {AGAIN}"
                )
    yield from _epochs(folder)


def _sizes(folder: Folder, run: dict[str, Any], own: pd.DataFrame) -> Iterator[tuple[str, set, set]]:
    """Yield what a run was measured with, as found and as wanted."""
    config, sizes = folder.plan["config"], folder.data(run["dataset"])["counts"]
    if "fid" in run["metrics"]:
        real = sizes[config["fid"]["reference"]]
        for metric, count in (("count:samples", config["sample"]["count"]), ("count:reference", real)):
            yield metric, set(own.loc[own["metric"] == metric, "value"]), {float(count)}
    if "spectrum" in run["metrics"]:
        values = int(own["metric"].str.startswith("singular_value:").sum())
        yield "singular values", {values}, {config["data"][run["dataset"]]["latent"] * len(run["seeds"])}
    if {"classify", "supervise"} & set(run["metrics"]):
        budgets = {int(name.split(":")[1]) for name in own["metric"] if name.startswith("error:")}
        yield "numbers of labels", budgets, {min(budget, sizes["train"]) for budget in config["classify"]["budgets"]}


def _epochs(folder: Folder) -> Iterator[Finding]:
    epochs = folder.history.groupby(["dataset", "variant", "seed"])["epoch"].agg(["max", "size"])
    for run in folder.trained:
        wanted = folder.provenance[run["path"]]["training"]["epochs"]
        for seed in run["seeds"]:
            key = (run["dataset"], run["variant"], seed)
            if key in epochs.index and tuple(epochs.loc[key]) != (wanted, wanted):
                yield error(
                    "counts",
                    run["path"],
                    f"seed {seed} has {epochs.loc[key, 'size']} epochs of {wanted}; {AGAIN}",
                )
