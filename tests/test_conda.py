"""`snakemake --use-conda`, with a stand-in for conda: no channel is reached, no environment solved.

What is tested is Snakemake's side of it: the file conda is given, what a job in the environment sees, what reruns.
"""

import os
import subprocess
import sys
from pathlib import Path

import conda_stand_in
import pytest
from checkout import REPOSITORY, Checkout
from stand_in import SMOKE

DATA = "results/smoke/data/mnist5k/data.json"


@pytest.fixture
def checkout(tmp_path):
    """A checkout whose place a shell would take for several words."""
    return Checkout(tmp_path / "ein Ordner mit Ümläuten")


@pytest.fixture
def conda(tmp_path):
    """The folder of a stand-in for conda."""
    conda_stand_in.install(tmp_path / "conda")
    return tmp_path / "conda"


def snakemake(checkout, folder, *arguments, conda=None, **environment):
    """Run Snakemake on a checkout from outside, in another folder; return its exit code and what it printed."""
    path = checkout.environment["PATH"]
    if conda:
        path = f"{conda / 'bin'}{os.pathsep}{path}"
    result = subprocess.run(
        [sys.executable, "-m", "snakemake", "--cores", "1", "--snakefile", str(checkout.folder / "Snakefile")]
        + ["--directory", str(folder), *arguments],
        cwd=folder.parent,
        env={**checkout.environment, "PATH": path, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return result.returncode, result.stdout


@pytest.mark.long
def test_with_a_stand_in_for_conda_a_job_runs_in_the_environment_and_nothing_reruns_without_it(
    checkout, conda, tmp_path
):
    elsewhere = tmp_path / "anders wo"
    elsewhere.mkdir()
    host = {"PYTHONPATH": str(tmp_path / "packages of the host")}

    code, printed = snakemake(checkout, elsewhere, DATA, *SMOKE, "--use-conda", conda=conda, **host)
    assert code == 0, printed
    assert (elsewhere / DATA).exists()  # made by bench.fetch, which lies in the checkout
    assert (conda / "created.yml").read_bytes() == (REPOSITORY / "environment.yml").read_bytes()
    (prefix,) = (conda / "created").read_text().splitlines()  # all rules share one environment
    assert set((conda / "called").read_text().splitlines()) == {f"{prefix} {elsewhere} {checkout.folder} 1"}

    for more in ((), ("--use-conda",)):
        code, printed = snakemake(checkout, elsewhere, DATA, *SMOKE, *more, "--dry-run", conda=conda)
        assert code == 0, printed
        assert "Nothing to be done" in printed


def test_without_conda_one_line_names_the_other_ways(checkout, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    folders = checkout.environment["PATH"].split(os.pathsep)
    without = os.pathsep.join(folder for folder in folders if not Path(folder, "conda").exists())
    code, printed = snakemake(checkout, tmp_path / "elsewhere", "--use-conda", "--dry-run", PATH=without)
    assert code == 1
    (line,) = [line for line in printed.splitlines() if line.startswith("--use-conda: there is no conda on PATH")]
    assert "`make paper`" in line and "`uv venv " in line and "requirements.lock" in line
    assert "Traceback" not in printed
