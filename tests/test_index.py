"""index.html: every page of a preset in one file that needs no other."""

import re
import subprocess

import pytest
from matplotlib import image
from test_report_page import CHROMIUM, QUIET

from bench.report.page import whole

FIRST = """\
# Tables: preset `x`

![A figure](figures/figure_2.png) and [some claims](claims.md#fewer-labels-needed), [all](claims.md), [a file](a.csv).

| name | FID, GMM |
| ---- | -------- |
| b    | 10.0 ± 1 |
| a    | 9.00     |
| c    | -        |
"""
SECOND = "# Claims\n\n## Fewer labels needed\n\n| claim | n |\n|---|---|\n| x | 2 |\n|  | 1 |\n"
CLICKS = """<script>addEventListener("load", () => {
  const names = table => [...table.tBodies[0].rows].map(row => row.cells[0].innerText).join("");
  const [first, second] = document.querySelectorAll("table"), head = first.tHead.rows[0].cells[1], seen = [];
  for (let n = 0; n < 2; n++) { head.click(); seen.push(names(first)); }
  second.tHead.rows[0].cells[1].click();
  seen.push(names(second));
  document.querySelector("img").click();
  seen.push(document.querySelector("dialog").open);
  document.title = seen.join(" ");
});</script>"""


@pytest.fixture
def text(tmp_path):
    (tmp_path / "figures").mkdir()
    image.imsave(tmp_path / "figures/figure_2.png", [[0.0, 1.0], [1.0, 0.0]])
    return whole("A preset", {"tables": FIRST, "claims": SECOND}, tmp_path)


def test_it_holds_its_figures_and_asks_for_no_other_file(text):
    assert 'src="data:image/png;base64,' in text
    assert not re.findall(r'(?:src|href)="(?!data:|#)', text)
    assert "a file" in text  # a link to a file is its text


def test_links_between_pages_lead_to_places_in_it(text):
    targets = set(re.findall(r'href="#([^"]*)"', text))
    assert targets == {"tables", "claims", "claims-fewer-labels-needed"}
    assert targets <= set(re.findall(r'id="([^"]*)"', text))


def test_wide_tables_scroll_by_themselves(text):
    assert text.count('<div class="wide"><table>') == text.count("</table></div>") == 2


@pytest.mark.long
@pytest.mark.skipif(CHROMIUM is None, reason="no chromium here to open the page")
def test_in_a_browser_tables_sort_and_figures_are_enlarged(text, tmp_path):
    page = tmp_path / "clicked.html"
    page.write_text(text.replace("</html>", f"{CLICKS}</html>"), encoding="utf-8")
    command = [CHROMIUM, *QUIET, f"--user-data-dir={tmp_path / 'profile'}", "--dump-dom", page.as_uri()]
    drawn = subprocess.run(command, capture_output=True, text=True, timeout=120).stdout
    assert re.search(r"<title>(.*)</title>", drawn)[1] == "abc cba x true"


def test_nothing_is_left_out(results):
    names = [path.stem for path in sorted(results.glob("*.md"))]
    for path in results.glob("figures/*.png"):
        path.write_bytes(b"png")
    text = whole("All", {name: (results / f"{name}.md").read_text(encoding="utf-8") for name in names}, results)
    assert all(f'<section id="{name}">' in text for name in names)
