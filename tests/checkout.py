"""A copy of the suite in which Snakemake runs."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
PARTS = ("Snakefile", "bench", "config", "environment.yml", "profiles", "workflow")


class Checkout:
    """A copy of the suite, made if it is not there, in which Snakemake runs.

    `python` in its jobs is `bin/python` where a test has put one.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        if folder.exists():
            return
        (folder / "bin").mkdir(parents=True)
        for part in PARTS:
            source, target = REPOSITORY / part, folder / part
            if source.is_dir() and not source.is_symlink():
                shutil.copytree(source, target, symlinks=True, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy2(source, target, follow_symlinks=False)

    @property
    def environment(self) -> dict[str, str]:
        path = f"{self.folder / 'bin'}{os.pathsep}{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        return {**os.environ, "PATH": path, "PYTHONDONTWRITEBYTECODE": "1"}

    def snakemake(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run Snakemake here; output and errors come together in `stdout`."""
        return subprocess.run(
            [sys.executable, "-m", "snakemake", *arguments],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def planned(self, *arguments: str) -> list[tuple[str, dict[str, str]]]:
        """Return the jobs a dry-run announces, each as its rule and wildcards."""
        result = self.snakemake("--dry-run", *arguments)
        assert result.returncode == 0, result.stdout
        # A job is a paragraph: (local)rule NAME, then one line per directive.
        jobs = re.findall(r"^(?:local)?rule (\w+):\n((?: {4}.*\n)*)", result.stdout, re.MULTILINE)
        return [(rule, wildcards(lines)) for rule, lines in jobs if rule != "all"]


def wildcards(lines: str) -> dict[str, str]:
    """Return the wildcards named in the description of a job."""
    found = re.search(r"wildcards: (.*)", lines)
    return dict(pair.split("=") for pair in found[1].split(", ")) if found else {}
