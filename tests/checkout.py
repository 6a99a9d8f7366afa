"""A copy of the suite in which Snakemake runs."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parent.parent
PARTS = ("Snakefile", "bench", "config", "environment.yml", "profiles", "workflow")
# Every copy has the same commit, so that what copies make can be compared.
AUTHOR = {"NAME": "test", "EMAIL": "test@example.org", "DATE": "2026-01-01T00:00:00Z"}
GIT = {f"GIT_{role}_{key}": value for role in ("AUTHOR", "COMMITTER") for key, value in AUTHOR.items()}
NO_SETTINGS = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}


class Checkout:
    """A copy of the suite at one commit, made if it is not there, in which Snakemake runs."""

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
        self.git("init", "--quiet")
        self.commit()

    def copy(self, folder: Path) -> "Checkout":
        """Return a copy of this one with everything in it."""
        shutil.copytree(self.folder, folder, symlinks=True)
        return Checkout(folder)

    def commit(self) -> None:
        """Commit the suite's files as they are."""
        self.git("add", "--", *PARTS)
        self.git("commit", "--quiet", "--message", "The suite")

    def git(self, *arguments: str) -> None:
        subprocess.run(["git", *arguments], cwd=self.folder, env={**os.environ, **GIT, **NO_SETTINGS}, check=True)

    def put(self, name: str, program: str) -> None:
        """Let jobs meet a program of this name before any other: they call `python`."""
        path = self.folder / "bin" / name
        path.write_text(program, encoding="utf-8")
        path.chmod(0o755)

    @property
    def environment(self) -> dict[str, str]:
        path = f"{self.folder / 'bin'}{os.pathsep}{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        return {**os.environ, "PATH": path, "PYTHONDONTWRITEBYTECODE": "1"}

    def snakemake(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run Snakemake here; output and errors come together in `stdout`."""
        return self.run(sys.executable, "-m", "snakemake", *arguments)

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a command here; output and errors come together in `stdout`."""
        return subprocess.run(
            command,
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def planned(self, *arguments: str) -> list[dict[str, Any]]:
        """Return the jobs that a dry-run announces, each as plan.json would describe it."""
        result = self.snakemake("--dry-run", *arguments)
        assert result.returncode == 0, result.stdout
        # A job is a paragraph: (local)rule NAME, then one line per directive. Targets have no output.
        paragraphs = re.findall(r"^(?:local)?rule (\w+):\n((?: {4}.*\n)*)", result.stdout, re.MULTILINE)
        jobs = [(rule, dict(re.findall(r"^ {4}(\w+): (.*)$", lines, re.MULTILINE))) for rule, lines in paragraphs]
        return [described(rule, told) for rule, told in jobs if "output" in told]


def described(rule: str, told: dict[str, str]) -> dict[str, Any]:
    """Return a job of a dry-run as plan.json has it: paths are relative to the results folder of the preset."""
    listed = {key: re.sub(r"\bresults/\w+/", "", told.get(key, "")) for key in ("output", "log", "benchmark")}
    return {
        "rule": rule,
        "wildcards": dict(pair.split("=") for pair in told.get("wildcards", "").split(", ") if pair),
        "outputs": listed["output"].split(", "),
        "log": listed["log"],
        "benchmark": listed["benchmark"],
        "gpu": "gpu=1" in told.get("resources", ""),
    }


def rules(jobs):
    return {job["rule"] for job in jobs}


def values(jobs, wildcard, *of):
    """Return the values of a wildcard in jobs, or in those of some rules."""
    chosen = [job["wildcards"] for job in jobs if not of or job["rule"] in of]
    return {wildcards[wildcard] for wildcards in chosen if wildcard in wildcards}


def trained(jobs):
    named = [job["wildcards"] for job in jobs if job["rule"] == "train"]
    return {(wildcards["dataset"], wildcards["variant"]) for wildcards in named}
