"""The measured numbers as verdicts read them: by seed, and along trainings where there are any."""

import numpy as np
import pandas as pd
import pytest
from claimed import NAN
from trajectories import LATE, trained, trajectory

from bench.records.tables import write_table
from bench.verdicts.claims import read_measured
from bench.verdicts.measured import by_seed


def test_a_table_of_numbers_is_read_by_seed():
    columns = ["dataset", "variant", "metric", "seed", "value"]
    values = by_seed(pd.DataFrame([("mnist", "ae", "mse", 1, 2.0), ("mnist", "ae", "mse", 0, 1.0)], columns=columns))
    assert values["mnist", "ae", "mse"].to_dict() == {0: 1.0, 1: 2.0}


def test_a_results_folder_is_read_with_and_without_trajectories(tmp_path):
    empty = pd.DataFrame(columns=["dataset", "variant", "seed", "step", "metric", "value", "setting", "study"])
    for name in ("tables/metrics", "tables/studies", "linear_rank/summary"):
        write_table(tmp_path / f"{name}.csv", empty)
    assert read_measured(tmp_path).paths == {}
    write_table(tmp_path / "tables/trajectory.csv", trajectory(trained("ae", [*LATE[:2], (NAN, NAN)])))
    path = read_measured(tmp_path).paths["mnist", "ae"]
    assert path.loc[(2, 10), "effective_rank"] == pytest.approx(6.9)
    assert np.isnan(path.loc[(2, 100), "explained_variance"])
