"""Committed pages can be read, and what they and the documents lead to is committed."""

import re
import subprocess
from pathlib import PurePosixPath
from posixpath import normpath

import pytest
from pages import ROOT, committed


@pytest.mark.parametrize("preset", ["quick", "laptop"])
def test_a_committed_first_page_is_short_and_narrow(preset):
    lines = committed(f"results/{preset}/tables.md").splitlines()
    assert len(lines) <= 200 and max(map(len, lines)) <= 140
    assert lines.index("## Table 1: generated images") < 75


@pytest.mark.parametrize("preset", ["quick", "laptop"])
@pytest.mark.parametrize(
    "page", ["claims", "protocols", "methods", "codes", "samples", "labels", "linear_rank", "cost"]
)
def test_a_committed_page_can_be_read(preset, page):
    lines = committed(f"results/{preset}/{page}.md").splitlines()
    assert len(lines) <= 300 and max(map(len, lines)) <= 220  # one page of 789 lines up to 474 wide before


def test_links_of_documents_and_committed_pages_lead_to_what_is_committed():
    known = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True)
    if known.returncode:
        pytest.skip("no checkout, so nothing is committed")
    listed = known.stdout.split()
    there = {*listed, *(str(folder) for path in listed for folder in PurePosixPath(path).parents)}
    for page in (path for path in listed if path.endswith(".md")):
        for target in re.findall(r"\]\(([^)#:\s]+)[^):\s]*\)", committed(page)):
            assert normpath(PurePosixPath(page).parent / target) in there, (page, target)
