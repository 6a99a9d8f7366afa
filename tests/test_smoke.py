"""The whole suite on the smoke preset with real tensors: it ends, ends the same twice, and survives a SIGKILL."""

import os
import signal
import time

import pandas as pd
import pytest
from checkout import Checkout
from smoke_run import finish, results, start

from bench.archive import archive
from bench.checks.folder import Folder
from bench.verify import verify

pytestmark = pytest.mark.timeout(900)


def test_every_table_and_figure_is_there(smoke):
    found = results(smoke)
    names = (*range(2, 12), "frontier", "ranking", "depth")
    assert {f"figure_{name}.{kind}" for name in names for kind in ("png", "pdf")} <= found.keys()
    assert {"metrics.csv", "history.csv", "table_1.csv", "table_2.csv", "spectra.csv"} <= found.keys()
    for heading in (b"Table 1", b"Table 2", b"Ablations", b"Spectra"):
        assert heading in found["tables.md"]


def test_every_run_has_every_number_once_per_seed(smoke):
    metrics = pd.read_csv(smoke.folder / "results/smoke/tables/metrics.csv")
    assert not metrics.duplicated(["dataset", "variant", "seed", "metric"]).any()
    assert metrics["value"].notna().all()
    assert set(metrics.query("metric == 'mse'").groupby(["dataset", "variant"])["seed"].nunique()) == {2}


def test_the_second_time_there_is_nothing_to_do(smoke):
    before = results(smoke)
    assert "Nothing to be done" in finish(smoke)
    assert results(smoke) == before


def test_it_can_be_handed_over(smoke, tmp_path):
    archive(Folder(smoke.folder / "results/smoke"), tmp_path / "smoke.zip")
    assert verify(tmp_path / "smoke.zip") == []


def test_killed_in_mid_training_it_ends_with_the_same_tables(smoke, tmp_path):
    checkout = Checkout(tmp_path / "checkout")
    process = start(checkout)
    logs = checkout.folder / "results/smoke/logs/train"
    while process.poll() is None and not any(logs.glob("*/*/*.log")):
        time.sleep(0.05)
    time.sleep(1)
    os.killpg(process.pid, signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    assert not (checkout.folder / "results/smoke/tables.md").exists()
    finish(checkout)
    assert results(checkout) == results(smoke)
