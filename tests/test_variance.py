"""Shares of the variance, on pairs of an autoencoder and a draw of labels whose answer is known."""

import numpy as np
import pandas as pd
import pytest

from bench.verdicts.variance import components, variance

ALTERNATIVE = ["dataset", "variant", "seed", "alternative", "metric", "value"]


@pytest.mark.parametrize("axis", [0, 1])
def test_spread_along_one_seed_is_that_seeds(axis):
    grid = np.tile([1.0, 2.0, 4.0], (3, 1))
    shares = components(grid.T if axis == 0 else grid)
    assert shares == pytest.approx([1, 0, 0] if axis == 0 else [0, 1, 0])


def test_components_of_many_pairs_are_those_they_were_drawn_with():
    generator = np.random.default_rng(0)
    rows, columns = generator.normal(0, 3, (300, 1)), generator.normal(0, 2, (1, 300))
    shares = components(rows + columns + generator.normal(0, 1, (300, 300)))
    assert shares == pytest.approx(np.array([9, 4, 1]) / 14, abs=0.06)


def test_pairs_that_all_agree_have_no_shares():
    assert components(np.full((3, 3), 5.0)).tolist() == [0, 0, 0]


def test_every_autoencoder_and_draw_make_a_grid():
    rows = [
        ("mnist", "ae", seed, f"crossed-{draw}", "error:10:best", 10.0 * seed) for seed in (0, 1, 5) for draw in (0, 1)
    ]
    row = variance(pd.DataFrame(rows, columns=ALTERNATIVE)).iloc[0]
    assert (row["autoencoder"], row["labels"], row["n"]) == (1.0, 0.0, 6)
    assert row["sd"] == pytest.approx(np.repeat([0, 10, 50], 2).std(ddof=1))
    rows[2] = (*rows[2][:-1], np.nan)
    assert variance(pd.DataFrame(rows, columns=ALTERNATIVE)).empty
