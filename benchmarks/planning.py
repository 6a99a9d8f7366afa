"""How long planning a large study takes: the quick preset with 500 more variants and 20 seeds, nothing of it run."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import torch

from bench.job.source import REPOSITORY
from benchmarks.side_by_side import Line, seconds

VARIANTS, SEEDS = 500, 20
CHAINS = ("trained", "fixed", "nonlinear", "shared")
SECONDS = 60.0  # what somebody waits for a dry-run


def measure(device: torch.device) -> list[Line]:
    """Return the wall time of `snakemake -n` in a folder without results."""
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "config.json"
        config.write_text(json.dumps(study()), encoding="utf-8")
        words = ["--dry-run", "--quiet", "all", "--snakefile", REPOSITORY / "Snakefile", "--directory", folder]
        command = [sys.executable, "-m", "snakemake", *words, "--configfile", config, "--config", "preset=quick"]
        taken = seconds(lambda: subprocess.run(command, check=True, capture_output=True), device)
    detail = {"variants": VARIANTS, "seeds": SEEDS, "seeds per job": SEEDS}
    return [Line(f"planning {VARIANTS} variants x {SEEDS} seeds", "", taken, "s", SECONDS, detail)]


def study() -> dict:
    """Return the config that adds the variants to those of the quick preset and gives all of them the seeds."""
    variants = {f"irmae-{i}": {"model": "irmae", "depth": 1 + i // 4, "chain": CHAINS[i % 4]} for i in range(VARIANTS)}
    return {"seeds": list(range(SEEDS)), "seeds_per_job": SEEDS, "variants": variants}
