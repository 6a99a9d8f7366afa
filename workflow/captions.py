"""How the report of `snakemake --report` labels figures and tables."""

from typing import Any

# What tables/NAME.csv holds.
HOLDS = {
    "metrics": "every number, by seed",
    "alternatives": "what other protocols measured, by seed",
    "studies": "what the studies measured, by seed",
    "history": "training loss, by seed and epoch",
    "trajectory": "rank and variance explained along training, by seed and step",
    "runs": "the runs: commit, data, machine",
    "jobs": "seconds and memory of every job",
    "claims": "the papers' claims and their verdicts",
    "cells": "the paper's numbers beside ours, compared",
    "sensitivity": "the claims under other protocols",
    "variance": "where the spread of errors comes from",
    "family": "all methods against AE and IRMAE",
    "ranking": "how the methods rank",
    "table_1": "Table 1: FID and KID",
    "table_2": "Table 2: classification from few labels",
    "codes": "ranks and singular values of codes, reconstruction errors",
    "interpolation": "how far images halfway are from real ones",
    "cost": "what each variant cost",
    "check": "what a check of the run found",
}


def table_labels(name: str) -> dict[str, str]:
    """Return the columns of the report's list of tables."""
    return {"table": name, "holds": HOLDS[name]}


def figure_labels(name: str, figure: dict[str, Any]) -> dict[str, str]:
    """Return the columns of the report's list of figures, which is sorted as text."""
    ran = dict.fromkeys(panel["dataset"] for panel in figure["panels"] if panel["dataset"])
    data = ", ".join(ran) or ("not run" if figure["panels"] else "all")
    return {"figure": name.zfill(2), "shows": figure["kind"].replace("_", " "), "data": data}
