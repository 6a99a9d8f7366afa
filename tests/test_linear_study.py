"""What a reader sees of rule `linear_rank`: its figure and its section of tables.md."""

from types import SimpleNamespace

import matplotlib.colors
import pandas as pd
import pytest

from bench.linear.summary import WIDE, summary
from bench.linear_rank import write_numbers
from bench.report.figures.linear_rank import COLOURS, draw_linear_rank
from bench.report.linear import linear_rank

SETTINGS = {"ranks": [2, 3], "latent": 4, "steps": 20}
LEARNED = {"default": 1, "orthogonal": 4, "greedy": 0}  # how far from the true rank, at every depth and scale


def trainings(optimiser):
    """Yield trainings of two ranks and seeds, and of a third seed that chooses; at depth 4 the default ones of seed 1
    diverged.
    """
    for rank in (2, 3):
        for seed in (0, 1, -1):
            yield "none", optimiser, 0, 1.0, 0.1, rank, seed, rank + 1, 1, 5, 1.0
            for variant, off in LEARNED.items():
                for depth in (1, 4):
                    for scale in (1.0, 2.0):
                        nan = (variant, depth, seed) == ("default", 4, 1)
                        numbers = (None,) * 4 if nan else (rank + off, off, 10 * depth, 1.0)
                        yield variant, optimiser, depth, scale, 0.1, rank, seed, *numbers


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    folder = tmp_path_factory.mktemp("results")
    rows = [row for optimiser in ("sgd", "adam") for row in trainings(optimiser)]
    wide = pd.DataFrame(rows, columns=[*("variant", "optimiser", "depth", "scale", "rate", "rank", "seed"),
                                       *("rank:0.01", "rank_error", "steps", "loss")])  # fmt: skip
    paths = wide[(wide["rank"] == 3) & (wide["seed"] == 0) & (wide["scale"] == 1)][WIDE]
    values = pd.DataFrame({"step": [0, 0, 0, 0, 20, 20, 20, 20], "index": [0, 1, 2, 3] * 2})
    values["value"] = [0.1, 0.1, 0.1, 0.0, 1.0, 0.5, 0.25, 0.0]
    tables = {"metrics": wide.melt(WIDE, var_name="metric"), "trajectories": paths.merge(values, how="cross")}
    for name, table in (tables | {"summary": summary(wide)}).items():
        write_numbers(folder / "linear_rank" / f"{name}.csv", table, SETTINGS)
    return folder


def lines(axes):
    """Return what a panel draws: points by colour (seaborn leaves empty lines for a legend)."""
    drawn = [line for line in axes.get_lines() if len(line.get_xdata())]
    return {matplotlib.colors.to_hex(line.get_color()): line.get_xydata().tolist() for line in drawn}


def colour(name):
    return matplotlib.colors.to_hex(COLOURS[name])


def test_the_figure_draws_ranks_per_optimiser_and_trajectories(results):
    whole = draw_linear_rank(results)
    growth, sgd, adam = whole.subfigs
    assert [len(part.get_axes()) for part in (sgd, adam, growth)] == [3, 3, 3]
    for part in (sgd, adam):
        ranks, depths, scales = map(lines, part.get_axes())
        assert ranks[colour("no chain")] == [[2, 3], [3, 4]] and ranks["#000000"] == [[2, 2], [3, 3]]
        assert ranks[colour("orthogonal, rate adjusted")] == [[2, 2], [3, 3]]
        # Of two seeds one learned one dimension too many, the other diverged: a rank of 0.
        assert ranks[colour("PyTorch's default")] == [[2, 1.5], [3, 2]]
        assert depths[colour("PyTorch's default")] == [[1, 1], [4, (1 - 2.5) / 2]]
        assert scales[colour("orthogonal")] == [[1, 4], [2, 4]]
    assert [text.get_text() for text in adam.legends[0].get_texts()] == [*COLOURS]


def test_trajectories_show_every_singular_value_and_the_threshold(results):
    panel = draw_linear_rank(results).subfigs[0].get_axes()[1]
    assert panel.get_title() == "PyTorch's default, chain of 4\nrate 0.1"
    *values, threshold = panel.get_lines()
    assert [line.get_ydata().tolist() for line in values[:3]] == [[0.1, 1], [0.1, 0.5], [0.1, 0.25]]
    assert threshold.get_ydata().tolist() == pytest.approx([0.001, 0.01])


def test_the_section_says_what_was_found_what_diverged_and_how_fast(results):
    plan = {"preset": "quick", "seeds": [0, 1], "config": {"linear_rank": SETTINGS}}
    text = linear_rank(SimpleNamespace(plan=plan, folder=results))
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in text.splitlines() if line.startswith("| ")]
    assert text.count("## Gradient descent") == text.count("## Adam") == 1
    assert ["no chain", "0.1", "1.00 ± 0.00", "-", "-"] in rows
    assert ["orthogonal, rate adjusted", "0.1", "0.00 ± 0.00", "0.00 ± 0.00", "0.00 ± 0.00"] in rows
    assert ["PyTorch's default", "-", "1.00", "1.75 (2 diverged)"] in rows
    assert ["PyTorch's default", "-", "10", "40 (2 of 4 trainings)"] in rows
    assert ["PyTorch's default", "-", "0.1", "none"] in rows
