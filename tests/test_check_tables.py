"""Planted faults in tables: what does not say what the files say, and means and verdicts that do not follow."""

import numpy as np
import pandas as pd
import pytest
from planted import edit, findings


def test_a_table_that_does_not_say_what_the_files_say(results):
    edit(results / "tables/metrics.csv", r"^(mnist5k,ae,0,encode,mse),.*", r"\1,0.005")
    lines = findings(results)
    assert any("tables tables/metrics.csv: does not say what the runs' files say: row" in line for line in lines)
    assert any("tables tables/codes.csv: mean of mnist5k ae mse" in line for line in lines)


@pytest.mark.parametrize("name", ["runs", "sensitivity", "variance"])
def test_every_other_table_follows_from_the_files_too(results, name):
    table = pd.read_csv(results / f"tables/{name}.csv")
    table.iloc[1:].to_csv(results / f"tables/{name}.csv", index=False)
    (finding,) = findings(results)
    assert (
        finding.startswith(f"tables tables/{name}.csv: does not ")
        and f"{len(table) - 1} rows for {len(table)}" in finding
    )


def test_a_table_of_a_run_that_classifies_nothing_is_empty_and_can_be_checked(results):
    edit(results / "tables/metrics.csv", r"^\w+,[\w-]+,\d,\w+,error:.*\n", "", count=0)
    edit(results / "tables/table_2.csv", r"^(?!dataset).*\n", "", count=0)
    lines = findings(results)
    assert not any("cannot be checked" in line or "table_2" in line for line in lines)


@pytest.mark.parametrize(
    ("name", "metric", "column"),
    [
        ("codes", "mse", "mean"),
        ("codes", "singular_value:11", "mean"),
        ("table_1", "fid:gmm", "mean"),
        ("table_2", "error:10:best", "n"),
    ],
)
def test_a_tiny_change_of_a_mean_and_a_row_that_is_gone(results, name, metric, column):
    path = results / f"tables/{name}.csv"
    table = pd.read_csv(path)
    changed = table.assign(**{column: table[column] * np.where(table["metric"] == metric, 1 + 1e-6, 1)})
    changed.to_csv(path, index=False)
    (finding,) = findings(results)
    assert finding.startswith(f"tables tables/{name}.csv: {column} of ") and f" {metric} is not that of" in finding
    table[table["metric"] != metric].to_csv(path, index=False)
    (finding,) = findings(results)
    assert finding.startswith(f"tables tables/{name}.csv: has not the rows of metrics.csv: ")


@pytest.mark.parametrize(
    ("name", "pattern", "replacement", "row"),
    [
        ("claims", r"^(digits-fid-ae,.*),as claimed,", r"\1,contradicted,", "row 20, outcome: contradicted for"),
        ("family", r"^(shapes,AE,ae,mse),0\.01", r"\1,9", "row"),
        ("ranking", r"^(overall,AE),2", r"\1,9", "row"),
    ],
)
def test_a_verdict_or_a_comparison_that_does_not_follow_from_the_numbers(results, name, pattern, replacement, row):
    edit(results / f"tables/{name}.csv", pattern, replacement)
    (finding,) = findings(results)
    assert finding.startswith(f"tables tables/{name}.csv: does not follow from metrics.csv: {row}")
