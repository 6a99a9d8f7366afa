"""The page of all claims: their numbers, margins, outcomes, and why one is unclear."""

import re
from dataclasses import replace

import pytest
from pages import row, section, words
from synthetic_results import PUBLISHED

from bench.report.results import read_results
from bench.report.verdicts import verdicts
from bench.verdicts.outcomes import UNCLEAR


@pytest.fixture(scope="module")
def page(whole_results):
    return (whole_results / "claims.md").read_text(encoding="utf-8")


def test_every_claim_links_to_its_line(whole_results, page):
    lines = (whole_results / "tables" / "claims.csv").read_text(encoding="utf-8").splitlines()
    links = re.findall(r"\[([^\]]+)\]\(tables/claims\.csv#L(\d+)\)", words(page))
    names = {int(number): name for name, number in links}
    assert sorted(names) == list(range(2, len(lines) + 1))
    said = {line.split(",")[0]: names[number] for number, line in enumerate(lines[1:], start=2)}
    assert said["digits-fid-ae"] == "IRMAE l=8 below AE"
    assert said["shapes-rank-factors"] == "IRMAE l=2 near 7"
    assert said["rrae-ae-small"] == "rrae below ae-small"
    assert said["linear-truth"] == "orthogonal, rate adjusted near 0"


def test_a_claim_has_its_numbers_its_outcome_and_what_other_protocols_say(page):
    part = section(page, "## Better samples, on digits")
    # 33, 34, 35 against 38, 39, 40 of the same seeds: 5 less in each.
    assert row(part, "[IRMAE l=8 below AE](tables/claims.csv#L20)") == [
        "FID, GMM",
        "34.00 against 39.00",
        "-5.00 [-5.00, -5.00]",
        "3 of 3",
        "< 0.001",
        "as claimed",
    ]
    assert "- IRMAE l=8 below AE, FID, GMM: but unclear under kid" in part
    reading = "[VAE near the size of its code](tables/claims.csv#L13) ± 1.2, *ours*"
    assert row(page, reading)[0] == "rank > 0.01"
    assert "- not run, greedy does not run on mnist5k in this preset: [greedy below AE]" in page


@pytest.mark.parametrize(
    ("difference", "p", "said"),
    [(-1.0, 0.25, "too few for a sign test"), (-1.0, 0.875, "that of the margin itself"), (0.0, 1.0, "none")],
)
def test_a_difference_without_a_spread_says_why_it_is_unclear(whole_results, difference, p, said):
    results = read_results(whole_results / "plan.json", whole_results, PUBLISHED)
    claims = results.claims.copy()
    same = {"n": 3, "difference": difference, "p": p, "detectable": float("nan"), "outcome": UNCLEAR}
    claims.loc[claims["claim"] == "digits-fid-ae", [*same]] = [*same.values()]
    line = f"IRMAE l=8 below AE, FID, GMM: the same difference in all 3 seeds, {said}"
    assert line in words(verdicts(replace(results, claims=claims)))


def test_a_claim_within_a_margin_says_how_wide_it_is(page):
    margin = 0.2 * 32.5  # a share of the VAE's mean
    assert re.search(rf"\[IRMAE l=8 equal to VAE\]\(tables/claims.csv#L\d+\) ± {margin:.2f} ", page)
