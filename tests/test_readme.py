"""Numbers in README and docs are those of the committed results."""

import re
from pathlib import Path

import pandas as pd
import pytest
from pages import committed

ROOT = Path(__file__).parent.parent
DOCS = sorted((ROOT / "docs").glob("*.md"))
PAGES = ("README.md", "CONTRIBUTING.md", "config/README.md", "results/tables.md")
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_its_first_screen_is_that_of_the_front_page():
    front = committed("results/tables.md")
    shown = README.split("<!-- From results/tables.md; tests/test_readme.py compares. -->\n")[1].split("<!-- end -->")[
        0
    ]
    assert shown.startswith(front.split("\n\n")[1])
    lines = front[front.index("| claim | paper |") : front.index("\n## Table 1")].split("\n")
    led = [re.sub(r"^(\[[\w-]+\]: )", r"\1results/", line) for line in lines]
    assert "\n".join(led).strip() in shown
    (figure,) = re.findall(r"!\[.*\]\((.*)\)", shown)
    assert figure == f"results/{re.search(r'[(](.*_trajectory.png)[)]', front)[1]}"


@pytest.mark.parametrize("page", [*PAGES, *(f"docs/{path.name}" for path in DOCS)])
def test_every_link_leads_somewhere(page):
    links = re.findall(r"\]\(([^)#:]+)[^):]*\)", (ROOT / page).read_text(encoding="utf-8"))
    assert [link for link in links if not ((ROOT / page).parent / link).exists()] == []


def test_the_table_of_greedy_rank_learning_is_that_of_the_linear_study():
    summary = pd.read_csv(ROOT / "results/paper/linear_rank/summary.csv", comment="#")
    means = summary.groupby(["metric", "variant"])["value"].mean()
    text = (ROOT / "docs" / "greedy.md").read_text(encoding="utf-8")
    names = {"error of the rank": "rank_error", "spread over depth": "rank_spread:depth"}
    names["spread over scale"] = "rank_spread:scale"
    table = text[text.index("\n| error of the rank |") :]
    rows = re.findall(r"^\| ([a-z ]*)\| (gradient descent|Adam) \|(.*)\|$", table, re.MULTILINE)
    assert len(rows) == 6
    for first, second in zip(rows[::2], rows[1::2], strict=True):
        metric = names[first[0].strip()]
        for end, numbers in (("", first[2]), (":adam", second[2])):
            ours = [means.get((metric + end, name)) for name in ("none", "default", "orthogonal", "greedy")]
            # In brackets stands what the rates that the truth chooses would give.
            theirs = [re.sub(r" \(.*\)", "", cell).strip() for cell in numbers.split("|")]
            assert theirs == ["-" if x is None else f"{x:.2f}" for x in ours]
