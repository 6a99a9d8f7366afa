"""What the pages say of all methods, their ranking and the studies."""

from dataclasses import replace

import pandas as pd
import pytest
from pages import row, section
from synthetic_results import PUBLISHED

from bench.report.family import family
from bench.report.results import read_results


@pytest.fixture(scope="module")
def text(whole_results):
    return "".join(
        (whole_results / f"{name}.md").read_text(encoding="utf-8") for name in ("methods", "studies", "cost")
    )


def test_all_methods_stand_beside_each_other(text):
    part = section(text, "## All methods on mnist5k (digits)")
    assert row(part, "IRMAE l=8")[:4] == [
        "6.0 ± 1.0",
        "3.5 ± 0.0",
        "0.80 ± 0.00",
        "34.00 ± 1.00",
    ]
    assert row(part, "IRMAE l=8 - AE") == [
        "+0.0 [+0.0, +0.0]",
        "**-5.00 [-5.00, -5.00]**",
        "+0.00 [+0.00, +0.00]",
        "**-20.0 [-20.0, -20.0]**",
    ]
    assert row(part, "PCA - IRMAE l=8")[3] == "**+30.0 [+30.0, +30.0]**"
    assert "AE - IRMAE" not in part.replace("VAE - IRMAE", "")
    assert row(section(text, "## All methods on shapes"), "IRMAE l=2")  # by the depth of its chain there
    words = " ".join(part.split())
    assert "**Trained otherwise than the rest** (lr 0.0005 (others 0.001)), so not ranked among them: VAE." in words


def test_a_penalty_stands_beside_its_method_with_its_share_of_the_loss(text):
    part = section(text, "## All methods on mnist5k (digits)")
    second = part[part.index("interpolation, ends") :]  # the second table of the section
    shares = {name: row(second, name)[-1] for name in ("AE", "IRMAE l=8", "VAE")}
    none = dict.fromkeys(("AE", "IRMAE l=8"), "-")
    assert shares == none | {"VAE": "0.2650 ± 0.0071 (1 of 3 diverged)"}
    assert "penalties" not in section(text, "## All methods on shapes")  # no method there has any


def test_where_ranks_can_show_nothing_one_sentence_says_so(text):
    part = section(text, "## How the methods rank")
    assert "Over so few data sets no two mean ranks can be far enough apart" in " ".join(part.split())
    assert "|" not in part


def test_a_ranking_that_could_show_something_stands_there_with_whom_it_leaves_out(whole_results):
    means = {"AE": 1.0, "IRMAE": 2.0, "PCA": 3.0, "VAE": float("nan")}
    table = pd.DataFrame(
        {"metric": "mse", "method": [*means], "mean_rank": [*means.values()], "k": 3, "n": 6, "p": 0.01}
    )
    table = table.assign(
        critical_difference=1.35, reason=["", "", "", "trained otherwise on shapes: epochs 3 (others 6)"]
    )
    few = table.assign(metric="overall", critical_difference=2.34)
    results = read_results(whole_results / "plan.json", whole_results, PUBLISHED)
    part = section(family(replace(results, ranking=pd.concat([few, table]))), "## How the methods rank")
    assert row(part, "") == ["test MSE"]
    assert [row(part, name) for name in ("AE", "IRMAE", "PCA", "VAE")] == [["1.00"], ["2.00"], ["3.00"], ["-"]]
    words = " ".join(part.split())
    assert "By test MSE two mean ranks must differ by 1.35 over 6 data sets; 1 of 3 pairs do." in words
    assert "Not ranked: VAE (trained otherwise on shapes: epochs 3 (others 6))." in words


def test_a_study_has_a_row_per_setting(text):
    part = section(text, "## Number of matrices")
    rows = [line.split("|")[1:4] for line in part.splitlines() if line.startswith("| IRMAE")]
    assert [[cell.strip() for cell in cells] for cells in rows] == [
        ["IRMAE", "4", "6.0 ± 1.0"],
        ["IRMAE", "8", "6.0 ± 1.0"],
    ]


def test_training_costs_of_methods_stand_by_data_set(text):
    part = section(text, "## All methods\n")
    assert row(part, "IRMAE") == ["20.0", "20.0"] and row(part, "PCA") == ["no training"] * 2
    assert row(part, "VAE") == ["-", "20.0"]
