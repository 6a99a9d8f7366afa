import numpy as np
import pandas as pd
import pytest
import torch

from bench import linear_rank
from bench.linear.chains import History
from bench.linear.summary import WIDE, at_chosen_rates, choosing, chosen_rates, summary
from bench.measures.spectrum import spectrum
from bench.records.files import read_origin

SETTINGS = {
    "size": 8,
    "latent": 5,
    "ranks": [2, 3],
    "samples": 100,
    "noise": 0.02,
    "depths": [0, 2],
    "scales": [1, 1.25],
    "initial": 0.3,
    "rates": {"sgd": [0.03], "adam": [0.003]},
    "steps": 60,
}


# Metrics


def test_a_learned_rank_is_that_of_the_measure_spectrum():
    z = np.random.default_rng(0).standard_normal((500, 4)) * [1, 0.5, 0.2, 0.01]
    ranks = linear_rank.learned_ranks(np.array([np.cov(z, rowvar=False), np.full((4, 4), np.nan), np.zeros((4, 4))]))
    assert ranks.tolist() == [dict(spectrum(z, [0.01]))["rank:0.01"], 0, 0] == [3, 0, 0]


def test_metrics_of_a_training_that_learned_all_that_stopped_short_and_that_diverged():
    covariances = np.broadcast_to(np.diag([4.0, 1.0, 0.5]), (3, 3, 3))
    losses = torch.tensor([[5.5, 5.5, 5.5], [1.65, 3.0, 80.0], [1.5, 2.0, torch.nan]])
    codes = torch.diag_embed(torch.tensor([[4.0, 0.01], [4.0, 1.0], [torch.nan, 1.0]]))
    metrics = linear_rank.training_metrics(History(losses, codes, codes), np.array([1, 1, 1]), covariances)
    expected = {"rank:0.01": [1, 2, np.nan], "rank_error": [0, 1, np.nan]}
    expected |= {"steps": [1, np.nan, np.nan], "loss": [1, 2 / 1.5, np.nan]}
    for name, values in expected.items():
        assert np.allclose(metrics[name], values, equal_nan=True), name


def study(rows):
    """Return a study of one optimiser and rank 4: variant, depth, scale, rate, seed, learned rank, loss."""
    table = pd.DataFrame(rows, columns=["variant", "depth", "scale", "rate", "seed", "rank:0.01", "loss"])
    table = table.assign(optimiser="sgd", rank=4)
    return table.assign(rank_error=(table["rank:0.01"] - 4).abs())[[*WIDE, "rank:0.01", "rank_error", "loss"]]


def rates(table, *by):
    return chosen_rates(table, *by).set_index("variant")["rate"].to_dict()


def test_rates_are_chosen_by_loss_on_other_seeds_than_those_that_are_judged():
    # On the seed that chooses 0.2 has the least loss and errs by 2; on the judged one 0.1 is better in both.
    chosen_on = [("greedy", 1, 1.0, 0.1, -1, 4, 1.0), ("greedy", 1, 1.0, 0.2, -1, 6, 0.5)]
    judged_on = [("greedy", 1, 1.0, 0.1, 0, 4, 0.1), ("greedy", 1, 1.0, 0.2, 0, 6, 0.9)]
    table = study(chosen_on + judged_on)
    assert rates(table) == {"greedy": 0.2} and rates(table, "rank_error") == {"greedy": 0.1}
    assert at_chosen_rates(table)[["seed", "rate", "rank_error"]].values.tolist() == [[0, 0.2, 2]]
    assert choosing([0, 1, 7]) == [-1, -2, -8]


def test_a_rate_at_which_a_training_diverged_is_not_chosen():
    rows = [("none", 0, 1.0, 0.1, -1, 4, 1.0), ("none", 0, 1.0, 0.1, -2, 4, 1.0)]
    rows += [("none", 0, 1.0, 0.2, -1, 4, 0.1), ("none", 0, 1.0, 0.2, -2, np.nan, np.nan)]
    assert rates(study(rows)) == {"none": 0.1}


def test_the_choice_does_not_depend_on_what_a_data_sets_losses_are_divided_by():
    losses = {(-1, 0.1): 1.0, (-2, 0.1): 4.0, (-1, 0.2): 2.0, (-2, 0.2): 1.0}  # products 4 and 2: 0.2
    for factor in (1.0, 0.01, 100.0):  # an arithmetic mean would choose 0.1 at 100
        rows = [
            ("none", 0, 1.0, rate, seed, 4, loss * (factor if seed == -1 else 1))
            for (seed, rate), loss in losses.items()
        ]
        assert rates(study(rows)) == {"none": 0.2}


def test_every_variant_is_summed_up_at_its_rate_and_a_diverged_training_as_rank_0():
    choice = [(name, depth, 1.0, 0.1, -1, 4, 1.0) for name, depth in (("greedy", 1), ("none", 0))]
    chains = [
        ("greedy", 1, 1.0, 0.1, 0, 4, 1.0),
        ("greedy", 2, 1.0, 0.1, 0, 3, 1.0),
        ("greedy", 1, 2.0, 0.1, 0, 4, 1.0),
    ]
    rows = [*choice, *chains, ("greedy", 2, 2.0, 0.1, 0, np.nan, np.nan), ("none", 0, 1.0, 0.1, 0, 5, 1.0)]
    values = summary(study(rows)).set_index(["variant", "metric"])["value"].to_dict()
    greedy = {"rank_error": 0.5, "rank_error:scale": 1.25, "rank_spread:depth": 1.0, "rank_spread:scale": 1.5}
    assert values == {("greedy", name): value for name, value in greedy.items()} | {("none", "rank_error"): 1.0}


# The rule


@pytest.mark.parametrize("optimiser", ["sgd", "adam"])
def test_a_seed_alone_is_the_seed_in_the_batch(optimiser):
    alone, _ = linear_rank.linear_rank(2, optimiser, SETTINGS, [1])
    batch, _ = linear_rank.linear_rank(2, optimiser, SETTINGS, [0, 1])
    for seed in (1, -2):  # the one that is judged, and its own that chooses
        both = (table[table["seed"] == seed].reset_index(drop=True) for table in (alone, batch))
        pd.testing.assert_frame_equal(*both, rtol=1e-9)


def test_the_rule_writes_every_training_and_equal_bytes_twice(tmp_path):
    for name in ("a", "b"):
        linear_rank.main(settings=SETTINGS, seeds=[0, 1], results=tmp_path / name)
    files = {name: tmp_path / "a" / f"{name}.csv" for name in ("metrics", "trajectories", "summary")}
    for path in files.values():
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes()
        assert read_origin(path)["settings"] == SETTINGS
    metrics = pd.read_csv(files["metrics"], comment="#")
    # Two optimisers, ranks and seeds, four metrics: without a chain, and three variants at two scales; at one of them
    # for the two seeds that choose.
    assert len(metrics) == 2 * 2 * 2 * 4 * (1 + 3 * 2 + 1 + 3) and set(metrics["dataset"]) == {"linear"}
    assert set(metrics.loc[metrics["seed"] < 0, "scale"]) == {1} and set(metrics["seed"]) == {0, 1, -1, -2}
    paths = pd.read_csv(files["trajectories"], comment="#")
    assert set(paths["rank"]) == {3} and set(paths["seed"]) == {0} and set(paths["scale"]) == {1}
    assert paths["step"].max() == SETTINGS["steps"] and set(paths["index"]) == set(range(5))
