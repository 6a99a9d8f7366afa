"""What tables.md says of all methods, their ranking and the studies."""

import pytest
from test_tables import row, section


@pytest.fixture(scope="module")
def text(whole_results):
    return (whole_results / "tables.md").read_text(encoding="utf-8")


def test_all_methods_stand_beside_each_other(text):
    part = section(text, "### All methods on mnist5k (digits)")
    assert row(part, "IRMAE (irmae-l8)")[:4] == [
        "6.0 ± 1.0 (3)",
        "3.5 ± 0.0 (3)",
        "0.80 ± 0.00 (3)",
        "34.00 ± 1.00 (3)",
    ]
    assert row(part, "IRMAE - AE") == [
        "+0.0 [+0.0, +0.0]",
        "**-5.00 [-5.00, -5.00]**",
        "+0.00 [+0.00, +0.00]",
        "**-20.0 [-20.0, -20.0]**",
    ]
    assert row(part, "PCA - IRMAE")[3] == "**+30.0 [+30.0, +30.0]**"
    assert "AE - IRMAE" not in part.replace("VAE - IRMAE", "")
    assert "**Trained otherwise than the rest** (lr 0.0005 (others 0.001)): VAE." in part
    assert "Methods that were trained otherwise than the rest, as noted above, are ranked" in text


def test_methods_are_ranked_and_it_says_what_that_shows(text):
    part = section(text, "### How the methods rank")
    assert row(part, "AE") == ["1.50", "1.50", "2.50"]
    assert row(part, "VAE") == ["-", "-", "2.50"]  # twice before AE, once diverged and last
    assert row(part, "*data sets*") == ["2", "2", "1"]
    words = " ".join(part.split())
    assert "With 2 data sets and 3 methods two mean ranks must differ by 2.34, more than any two can" in words
    assert "Not ranked overall, for want of a number: VAE (not on shapes)." in words


def test_a_study_has_a_row_per_setting(text):
    part = section(text, "### Number of matrices")
    rows = [line.split("|")[1:4] for line in part.splitlines() if line.startswith("| IRMAE")]
    assert [[cell.strip() for cell in cells] for cells in rows] == [
        ["IRMAE", "4", "6.0 ± 1.0 (3)"],
        ["IRMAE", "8", "6.0 ± 1.0 (3)"],
    ]


def test_training_costs_of_methods_stand_by_data_set(text):
    part = section(text, "### All methods\n")
    assert row(part, "IRMAE") == ["20.0", "20.0"] and row(part, "PCA") == ["no training"] * 2
    assert row(part, "VAE") == ["-", "20.0"]
