"""The workflow's report: one file with every figure and table, which a browser draws without a network."""

import json
import re
import shutil
import subprocess

import pytest

from workflow.captions import HOLDS

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
QUIET = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--virtual-time-budget=8000",
]
# Opens the list of figures and then Figure 2, as a reader does.
CLICKS = """<script>
const steps = [() => [...document.querySelectorAll("a")].find(a => a.textContent.includes("Figures")),
               () => document.querySelector("tr a")];
const timer = setInterval(() => { const link = steps[0]?.(); if (link) { link.click(); steps.shift(); } }, 300);
</script>"""


@pytest.fixture(scope="module")
def report(smoke):
    path = smoke.folder / "results/smoke/report.html"
    result = smoke.snakemake("--report", str(path), "--config", "preset=smoke")
    assert result.returncode == 0, result.stdout
    return path


@pytest.mark.long
def test_the_report_is_one_file_with_every_figure_and_table(report, smoke):
    text = report.read_text(encoding="utf-8")
    assert not re.findall(r"<(?:script|link|iframe)[^>]*\s(?:src|href)=", text.replace("\\", ""))
    results = json.loads(re.search(r"var results = (\{.*?\});\n", text, re.DOTALL)[1])
    folder = smoke.folder / "results/smoke"
    tables = [*folder.glob("tables/*.csv")]
    assert {path.stem for path in tables} == set(HOLDS)
    expected = [*folder.glob("figures/*.png"), *tables, folder / "index.html"]
    assert {str(path.relative_to(smoke.folder)) for path in expected} == set(results)
    assert all(entry["caption"] and entry["labels"] for entry in results.values())
    assert report.stat().st_size < 30e6


@pytest.mark.long
@pytest.mark.skipif(CHROMIUM is None, reason="no chromium here to draw the report")
def test_a_browser_draws_the_report_and_a_figure_in_it(report, tmp_path):
    clicked = tmp_path / "clicked.html"
    clicked.write_text(report.read_text(encoding="utf-8") + CLICKS, encoding="utf-8")
    command = [CHROMIUM, *QUIET, f"--user-data-dir={tmp_path / 'profile'}", "--dump-dom", clicked.as_uri()]
    drawn = subprocess.run(command, capture_output=True, text=True, timeout=120).stdout
    body = drawn[drawn.index("<body>") :]
    assert "Figures" in body and 'src="data:image/png' in body
