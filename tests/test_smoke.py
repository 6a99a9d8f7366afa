"""The whole suite on the smoke preset with real tensors: it ends, and then only what is new is computed."""

import re
import sys

import pandas as pd
import pytest
from smoke_run import finish, results
from stand_in import SMOKE

from bench.archive.__main__ import archive
from bench.archive.verify import verify
from bench.checks.folder import Folder

CELL = ["dataset", "variant", "seed"]


def test_every_table_and_figure_is_there(smoke):
    made = results(smoke)
    names = (*range(2, 10), "trajectory", "frontier", "depth", "linear_rank")
    assert {f"figure_{name}.{kind}" for name in names for kind in ("png", "pdf")} <= made.keys()
    assert {"metrics.csv", "history.csv", "table_1.csv", "table_2.csv", "codes.csv"} <= made.keys()
    assert {f"{page}.md" for page in ("tables", "claims", "codes", "samples", "labels", "linear_rank")} <= made.keys()
    assert b"# What are IRMAE's tables worth?" in (smoke.folder / "results/tables.md").read_bytes()
    assert b"data:image/png;base64," in (smoke.folder / "results/smoke/index.html").read_bytes()


def test_every_run_has_every_number_once_per_seed_and_the_check_finds_no_error(smoke):
    metrics = table(smoke, "metrics")
    assert not metrics.duplicated([*CELL, "metric"]).any()
    assert metrics["value"].notna().all()
    assert set(metrics.query("metric == 'mse'").groupby(["dataset", "variant"])["seed"].nunique()) == {2}
    assert "error" not in set(table(smoke, "check")["severity"])


def table(checkout, name):
    return pd.read_csv(checkout.folder / f"results/smoke/tables/{name}.csv")


def test_the_second_time_there_is_nothing_to_do(smoke):
    before = results(smoke)
    assert "Nothing to be done" in finish(smoke)
    assert results(smoke) == before


@pytest.mark.long
def test_of_an_added_measure_only_the_new_numbers_are_computed_and_the_check_finds_no_error(smoke, tmp_path):
    checkout = smoke.copy(tmp_path / "checkout")
    (checkout.folder / "log").unlink()
    checkout.run(sys.executable, "-m", "workflow.new", "measure", "mine")
    checkout.commit()
    after = {"aggregate", "judge", "figure", "tables", "index", "check"}
    assert set(re.findall(r"^(?:local)?rule (\w+):", finish(checkout), re.MULTILINE)) == {
        "all",
        "plan",
        "measure",
        "front_page",
        *after,
    }
    new = table(checkout, "metrics").query("metric == 'mine'")
    old = table(checkout, "metrics").query("metric != 'mine'").reset_index(drop=True)
    pd.testing.assert_frame_equal(old, table(smoke, "metrics"))
    assert set(new[CELL].itertuples(index=False)) == set(old.query("metric == 'mse'")[CELL].itertuples(index=False))
    assert "error" not in set(table(checkout, "check")["severity"])
    with (checkout.folder / "bench/measures/mine.py").open("a") as file:
        file.write("# edited\n")
    assert {job["rule"] for job in checkout.planned(*SMOKE)} == {"measure", "front_page", *after}


def test_it_can_be_handed_over(smoke, tmp_path):
    archive(Folder(smoke.folder / "results/smoke"), tmp_path / "smoke.zip")
    assert verify(tmp_path / "smoke.zip") == []
