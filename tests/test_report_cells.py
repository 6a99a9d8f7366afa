"""A cell of a page, a table in Markdown, and what variants and data sets are called there."""

from math import nan

import pandas as pd
import pytest

from bench.records.names import label, labels, title_in
from bench.report.cells import mean_sd, summarise, table, with_interval


def seeds(*values):
    columns = {"dataset": "d", "variant": "v", "metric": "m", "value": values}
    return next(summarise(pd.DataFrame(columns, columns=list(columns))).itertuples())


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ((1.0, 2.0, 3.0), "2.0 ± 1.0"),
        ((5.0, 5.0), "5.0 ± 0.0"),
        ((4.0,), "4.0"),
        ((1.0, None, 3.0), "2.0 ± 1.4 (1 of 3 diverged)"),
        ((None, 7.0), "7.0 (1 of 2 diverged)"),
        ((None, None), "diverged"),
    ],
)
def test_a_cell_is_mean_and_sd_and_says_how_many_seeds_it_lacks(values, expected):
    assert mean_sd(seeds(*(float("nan") if v is None else v for v in values)), 1) == expected


def test_a_table_is_padded_markdown_without_columns_that_hold_nothing():
    assert table(["a", "b"], [["cc", "d"]]) == "| a  | b |\n| -- | - |\n| cc | d |"
    assert table(["a", "b", "c"], [["d", "-", "e"], ["f", "", "-"]]) == "| a | c |\n| - | - |\n| d | e |\n| f | - |"


def test_variants_are_called_as_in_the_paper():
    assert label({"model": "ae"}) == "AE"
    assert label({"model": "ae", "l1": 0.01, "l2": 0.0}) == "AE + L1"
    assert label({"model": "irmae", "depth": 2}) == "IRMAE l=2"
    assert label({"model": "irmae", "depth": 8, "chain": "shared"}) == "IRMAE l=8 shared"
    assert label({"model": "untrained"}) == "untrained"


def test_a_data_set_that_does_not_run_is_called_as_in_the_paper_or_by_its_key():
    plan = {"roles": {"faces": "celeba", "clothes": "fashion_mnist"}}
    assert [title_in(role, plan) for role in plan["roles"]] == ["CelebA", "fashion_mnist"]


def test_no_two_variants_share_a_name():
    variants = {"vae": {"model": "vae", "beta": 0.1}, "vae-strong": {"model": "vae", "beta": 4}}
    assert labels({"config": {"variants": variants}}) == {"vae": "VAE", "vae-strong": "VAE (vae-strong)"}


@pytest.mark.parametrize(
    ("change", "low", "high", "shown"),
    [
        (-0.178, -0.348, -0.008, "-0.18 [-0.35, -0.01]"),  # with one digit its bound would be +0.0
        (0.0105, 0.0002, 0.0208, "+0.0 [+0.0, +0.0]"),  # with three neither
        (-1.89, -2.42, -1.37, "-1.9 [-2.4, -1.4]"),
        (0.0, 0.0, 0.0, "+0.0 [+0.0, +0.0]"),
        (-1.89, nan, nan, "-1.9"),
    ],
)
def test_an_interval_shows_on_which_side_of_zero_its_bounds_lie(change, low, high, shown):
    assert with_interval(change, low, high, 1) == shown
