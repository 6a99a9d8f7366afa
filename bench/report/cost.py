"""What each row cost: time, speed, memory and size; the only section that differs between two equal runs."""

import pandas as pd

from bench.report.cells import COLUMNS, table
from bench.report.results import Place, Results

TOTALS = {  # how the batches of seeds of a variant make one number
    "wall_seconds": "sum",
    "images": "sum",
    "peak_memory_bytes": "max",
    "peak_device_memory_bytes": "max",
    "parameters": "max",
}
METRICS = ["wall_seconds", "images_per_second", "peak_memory_bytes", "peak_device_memory_bytes", "parameters"]
HEADER = ["", "wall seconds", "images/s", "peak memory, MiB", "peak device memory, MiB", "parameters"]
MEBIBYTE = 2**20
TEXT = """\
## Cost

Training only, all seeds of a row together. Images/s counts every image a seed sees; peak memory is that
of the largest process, seeds of a batch sharing one; parameters are of one seed."""


def costs(results: Results) -> pd.DataFrame:
    """Return one row per data set and variant: its batches of seeds summed (time) or their peak (memory)."""
    runs = results.runs[results.runs["dataset"].isin(results.data)].dropna(subset="wall_seconds")
    names = runs[["dataset", "variant", "seeds"]].apply(tuple, axis=1)
    seeds = {(r["dataset"], r["variant"], r["path"].split("/")[-1]): len(r["seeds"]) for r in results.plan["runs"]}
    train = {name: record["counts"]["train"] for name, record in results.data.items()}
    images = names.map(seeds) * runs["dataset"].map(train) * runs["training.epochs"]
    groups = runs.assign(images=images).groupby(["dataset", "variant"], sort=False)
    totals = groups.agg(TOTALS).assign(n=groups.size())
    # Models without training (PCA, untrained) take no time worth a rate.
    rate = totals["images"] / totals["wall_seconds"].where(totals["wall_seconds"] > 0)
    return totals.assign(images_per_second=rate).reset_index()


def cost_frame(results: Results) -> pd.DataFrame:
    """Return the costs in long form; n counts a variant's batches of seeds."""
    table = costs(results).melt(["dataset", "variant", "n"], METRICS, "metric", "mean")
    return table.assign(n_planned=table["n"]).reindex(columns=COLUMNS)


def cost(results: Results) -> str:
    """Return time, speed, memory and size of every trained variant."""
    parts = []
    for dataset, rows in costs(results).groupby("dataset", sort=False):
        shown = table(HEADER, [_row(results, row) for row in rows.itertuples()])
        parts += [f"### {results.title(Place(dataset, None))}", shown]
    return "\n\n".join([TEXT, *parts])


def _row(results: Results, row: tuple) -> list[str]:
    trained = row.wall_seconds > 0
    return [
        results.labels.get(row.variant, row.variant),
        f"{row.wall_seconds:.1f}" if trained else "no training",
        f"{row.images_per_second:,.0f}" if trained else "no training",
        f"{row.peak_memory_bytes / MEBIBYTE:,.0f}",
        f"{row.peak_device_memory_bytes / MEBIBYTE:,.0f}" if row.peak_device_memory_bytes else "no device",
        f"{row.parameters:,.0f}",
    ]
