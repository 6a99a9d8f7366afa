"""The view of the jobs on a terminal, where workflow/run.sh asks for it in place of Snakemake's own words."""

import os
import subprocess
import sys
from pathlib import Path

TERMINAL, WORDS = "BENCH_TERMINAL", "BENCH_LOG"  # its file descriptor, and the file that Snakemake's own words go to
LOG = Path("results/snakemake.log")  # where a reader finds them


class View:
    """`python -m bench.watch` beside this Snakemake, from its first job to its last."""

    def __init__(self, results: Path, root: Path) -> None:
        self.results, self.root = results, root
        self.process: subprocess.Popen | None = None

    def open(self) -> None:
        """Show how far the jobs are, if that was asked for."""
        if TERMINAL in os.environ:
            terminal = int(os.environ[TERMINAL])
            LOG.parent.mkdir(exist_ok=True)
            os.replace(os.environ[WORDS], LOG)
            os.write(terminal, f"Snakemake writes to {LOG}; Ctrl-C stops it, and the same command goes on.\n".encode())
            self.process = subprocess.Popen(
                [sys.executable, "-m", "bench.watch", self.results],
                env=os.environ | {"PYTHONPATH": os.fspath(self.root)},
                stdout=terminal,
                start_new_session=True,  # Ctrl-C is for Snakemake; the view then shows what became of its jobs
            )

    def close(self) -> None:
        """Wait for its last look, after the suite's end was written."""
        if self.process:
            self.process.wait()
