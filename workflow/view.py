"""The view of the jobs on a terminal, where workflow/run.sh asks for it in place of Snakemake's own words."""

import os
import subprocess
import sys
from pathlib import Path

TERMINAL = "BENCH_TERMINAL"  # the file descriptor of it


class View:
    """`python -m bench.watch` beside this Snakemake, from its first job to its last."""

    def __init__(self, results: Path, root: Path) -> None:
        self.results, self.root = results, root
        self.process: subprocess.Popen | None = None

    def open(self) -> None:
        """Show how far the jobs are, if that was asked for."""
        if TERMINAL in os.environ:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "bench.watch", self.results],
                env=os.environ | {"PYTHONPATH": os.fspath(self.root)},
                stdout=int(os.environ[TERMINAL]),
                start_new_session=True,  # Ctrl-C is for Snakemake; the view then shows what became of its jobs
            )

    def close(self) -> None:
        """Wait for its last look, after the suite's end was written."""
        if self.process:
            self.process.wait()
