"""What docs/findings.md states are the committed runs' numbers, and what pages lead to is committed."""

import csv
import io
import re
import subprocess
from collections import defaultdict
from pathlib import PurePosixPath
from posixpath import normpath
from statistics import mean

import pytest
from pages import ROOT, committed, row, words

FINDINGS = (ROOT / "docs" / "findings.md").read_text(encoding="utf-8")
TABLE = "\n".join(line.strip() for line in FINDINGS.splitlines())  # it stands in a list
LABELS = (100, 1000, 10000, 60000)
ROWS = {"AE": "ae", "VAE": "vae", "IRMAE": "irmae", "supervised": "supervised"}


def table(name: str) -> list[dict[str, str]]:
    """Return a committed table of the laptop preset, a row each."""
    lines = committed(f"results/laptop/tables/{name}.csv").splitlines()
    return list(csv.DictReader(io.StringIO("\n".join(line for line in lines if not line.startswith("#")))))


@pytest.mark.parametrize("name", ROWS)
def test_table_2_of_the_findings_is_the_runs_beside_the_papers(name):
    errors = {r["metric"]: r for r in table("table_2") if (r["dataset"], r["variant"]) == ("mnist", ROWS[name])}
    own = [errors[f"error:{labels}:best"] for labels in LABELS]
    expected = [f"{float(cell[key]):.1f}" for cell in own for key in ("mean", "paper")]
    assert row(TABLE, name) == expected


def test_errors_by_the_released_head_are_the_runs():
    values = defaultdict(list)
    for r in table("alternatives"):
        if r["alternative"] == "released-head":
            values[r["variant"], r["metric"]].append(float(r["value"]))
    at = [[mean(values[name, f"error:{labels}:best"]) for labels in (100, 1000)] for name in ("ae", "vae", "irmae")]
    ae, vae, irmae = ([f"{error:.1f}" for error in errors] for errors in at)
    said = words(FINDINGS)
    assert f"{ae[0]} and {ae[1]} for the autoencoder" in said
    assert f"{vae[0]} and {vae[1]} for the VAE" in said
    assert f"{irmae[0]} and {irmae[1]} for IRMAE" in said


def test_ranks_and_samples_of_the_findings_are_the_claims():
    claims = {r["claim"]: r for r in table("claims")}
    said = words(FINDINGS)
    rank, fixed, fid = (claims[name] for name in ("digits-rank-ae", "ablation-rank-fixed", "digits-fid-ae"))
    assert f"effective rank is {shown(rank, 'mean')} and the autoencoder's {shown(rank, 'other_mean')}" in said
    assert f"({shown(rank, 'end_mean')} and {shown(rank, 'end_other_mean')})" in said
    assert f"below them, {shown(fixed, 'mean')} against {shown(fixed, 'other_mean')}, all three seeds" in said
    assert f"FID of the mixture {shown(fid, 'mean')} against the autoencoder's {shown(fid, 'other_mean')}" in said


def shown(claim: dict[str, str], name: str) -> str:
    return f"{float(claim[name]):.1f}"


def test_links_of_documents_and_committed_pages_lead_to_what_is_committed():
    known = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True)
    if known.returncode:
        pytest.skip("no checkout, so nothing is committed")
    listed = known.stdout.split()
    there = {*listed, *(str(folder) for path in listed for folder in PurePosixPath(path).parents)}
    for page in (path for path in listed if path.endswith(".md")):
        for target in re.findall(r"\]\(([^)#:\s]+)[^):\s]*\)", committed(page)):
            assert normpath(PurePosixPath(page).parent / target) in there, (page, target)
