"""The figure of ranks: each method's name, and a line over those that do not differ."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from drawn import axes_of, words

from bench.report.figures.ranking import cliques, draw


def ranked(metric, k, n, difference, **ranks):
    table = pd.DataFrame({"metric": metric, "method": [*ranks], "mean_rank": [*ranks.values()], "k": k, "n": n})
    return table.assign(p=0.01, critical_difference=difference)


def test_a_ranking_that_can_show_something_names_each_method_and_joins_those_that_do_not_differ():
    table = pd.concat([
        ranked("mse", 3, 6, 1.35, AE=1.0, IRMAE=2.0, PCA=3.0, VAE=float("nan")),
        ranked("fid:gmm", 3, 2, 2.34, AE=1.0, IRMAE=2.0, PCA=3.0),
    ])  # fmt: skip
    (shown,) = axes_of(draw(SimpleNamespace(table=lambda name: table), "ranking"))
    assert shown.get_title(loc="left") == "test MSE (data sets: 6, Friedman's p 0.01)"
    names = " ".join(text.get_text() for text in shown.texts)
    assert all(name in names for name in ("AE", "IRMAE", "PCA", "CD 1.35")) and "VAE" not in names
    joined = [line.get_xdata().tolist() for line in shown.get_lines() if line.get_linewidth() == 3]
    assert joined == [pytest.approx([0.994, 2.006]), pytest.approx([1.994, 3.006])]
    whole = draw(SimpleNamespace(table=lambda name: table[table["metric"] == "fid:gmm"]), "ranking")
    assert words(whole) == ["over so few data sets ranks show nothing"]


@pytest.mark.parametrize(
    ("difference", "expected"),
    [(0.5, []), (1.0, [(0, 1), (1, 2)]), (2.0, [(0, 2), (2, 3)]), (4.0, [(0, 3)])],
)
def test_cliques_are_the_largest_groups_within_the_critical_difference(difference, expected):
    assert cliques(np.array([1.0, 2.0, 3.0, 5.0]), difference) == expected
