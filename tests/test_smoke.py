"""The whole suite on the smoke preset with real tensors: it ends, and the second time it has nothing to do."""

import pandas as pd
import pytest
from smoke_run import finish, results

from bench.archive.__main__ import archive
from bench.archive.verify import verify
from bench.checks.folder import Folder

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
