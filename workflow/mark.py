"""Telling those who watch that Snakemake runs and how it ended; out: logs/suite.json of the results."""

import json
import os
import time
from pathlib import Path

STARTED = time.time()  # of this Snakemake


def mark(results: Path, state: str) -> None:
    """Write the state (`running`, `done` or `failed`) of this process's run."""
    path = results / "logs" / "suite.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".suite.{os.getpid()}.json")
    record = {"state": state, "host": os.uname().nodename, "process": os.getpid(), "started": STARTED}
    temporary.write_text(json.dumps(record), encoding="utf-8")
    os.replace(temporary, path)
