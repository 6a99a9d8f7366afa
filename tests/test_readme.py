"""Numbers in README and docs are those of the committed results."""

import re
from pathlib import Path

import pandas as pd
import pytest

ROOT = Path(__file__).parent.parent
DOCS = sorted((ROOT / "docs").glob("*.md"))
PAGES = ("README.md", "CONTRIBUTING.md", "config/README.md", "results/tables.md")
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_table_of_ranks_is_that_of_the_quick_results():
    measured = pd.read_csv(ROOT / "results/quick/tables/codes.csv").set_index(["dataset", "variant", "metric"])
    rows = re.findall(r"^\| (\w+) \| ([\w-]+) \| ([\d.]+) ± ([\d.]+) \| ([\d.]+) \|$", README, re.MULTILINE)
    assert len(rows) == 11
    for dataset, variant, mean, sd, explained in rows:
        rank = measured.loc[dataset, variant, "effective_rank"]
        assert (mean, sd) == (f"{rank['mean']:.1f}", f"{rank['sd']:.1f}"), (dataset, variant)
        assert explained == f"{measured.loc[dataset, variant, 'explained_variance']['mean']:.2f}", (dataset, variant)


def test_what_is_said_of_the_claims_is_what_quick_found():
    claims = pd.read_csv(ROOT / "results/quick/tables/claims.csv").set_index("claim")
    text = " ".join(README.split())
    rank = "in 3 of 3 seeds: an effective rank of {equal_mean:.1f} against {equal_other_mean:.1f} (as claimed"
    unclear = "{equal_mean:.1f} against {equal_other_mean:.1f} at equal reconstruction and {end_mean:.1f} against "
    unclear += "{end_other_mean:.1f} at the end, but three seeds leave that unclear"
    for claim, words, outcome in [
        ("digits-rank-ae", rank, "as claimed"),
        ("shapes-rank-ae", unclear, "unclear"),
        ("ablation-rank-fixed", "nothing tells a fixed chain from a trained one", "unclear"),
        (
            "ablation-rank-nonlinear",
            "{equal_mean:.1f} against the autoencoder's {equal_other_mean:.1f}",
            "unclear",
        ),
        ("error-100-ae", "(100 labels: {mean:.1f} % errors against {other_mean:.1f} %)", "unclear"),
        ("digits-fid-ae", "in-domain FID {mean:.2f} against {other_mean:.2f}) is unclear", "unclear"),
    ]:
        row = claims.loc[claim]
        assert row["outcome"] == outcome, claim
        assert words.format(**row) in text, claim
    for claim in ("digits-rank-ae", "shapes-rank-ae"):
        assert claims.loc[claim, "equal_agree"] == claims.loc[claim, "equal_n"] == 3, claim
    lowered = claims.loc[["ablation-rank-fixed-ae", "ablation-rank-shared-ae"], "outcome"]
    assert set(lowered) == {"as claimed"}  # "Fixed and shared chains lower the rank as well"


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
