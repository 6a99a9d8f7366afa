"""Methods against each other on small tables whose answers are known or published."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from bench.verdicts.family import family, methods
from bench.verdicts.measured import Measured
from bench.verdicts.ranking import critical_difference, friedman, ranking, shows, trained_otherwise

NAN = float("nan")
# Demsar (2006), Table 6: C4.5 with no, one or both of two parameters tuned on 14 data sets, as ranks.
DEMSAR = np.array(
    [
        [4, 3, 2, 1], [1, 2, 3, 4], [4, 1, 2, 3], [4, 1, 3, 2], [4, 2, 3, 1], [1, 2.5, 4, 2.5], [3, 2, 4, 1],
        [2.5, 2.5, 4, 1], [4, 3, 2, 1], [2.5, 2.5, 2.5, 2.5], [4, 2.5, 1, 2.5], [3, 2, 4, 1], [4, 1, 2, 3],
        [3, 1, 4, 2],
    ]
)  # fmt: skip
METHODS = {"AE": ["ae"], "IRMAE": ["irmae-l2", "irmae-l8"], "VAE": ["vae"], "PCA": ["pca"]}
TRAINING = {"epochs": 6, "lr": 1e-3}


def plan(runs, against=("AE", "IRMAE"), ranked_by=("fid:gmm",), trained=None, data=None):
    """A plan with these variants by data set, and what one of them or all on a data set train otherwise."""
    settings = {"methods": METHODS, "left_out": ["untrained"], "against": list(against), "ranked_by": list(ranked_by)}
    variants = {name: {"model": name.split("-")[0]} for names in runs.values() for name in names}
    own = {dataset: {"training": (data or {}).get(dataset, {})} for dataset in runs}
    config = {"family": settings, "verdicts": {"level": 0.05}, "datasets": list(runs), "variants": variants}
    pairs = [(dataset, name) for dataset, names in runs.items() for name in names]
    trainings = {pair: TRAINING | own[pair[0]]["training"] | (trained or {}).get(pair, {}) for pair in pairs}
    return {
        "config": config | {"training": TRAINING, "data": own},
        "runs": [{"dataset": d, "variant": v, "training": training} for (d, v), training in trainings.items()],
    }


def measured(values):
    """Values by (data set, variant, metric)."""
    return Measured({key: pd.Series(v, pd.RangeIndex(len(v), name="seed"), dtype=float) for key, v in values.items()})


def fids(**datasets):
    """FIDs of ae, irmae-l2, vae by data set, for seeds that all agree."""
    values = {}
    for dataset, numbers in datasets.items():
        for variant, number in zip(("ae", "irmae-l2", "vae"), numbers, strict=False):
            values[dataset, variant, "fid:gmm"] = [number] * 2
    return values


def overall(table):
    return table[table["metric"] == "overall"].set_index("method")


def test_friedmans_test_and_the_critical_difference_are_those_of_demsars_example():
    assert DEMSAR.mean(0) == pytest.approx([3.143, 2.000, 2.893, 1.964], abs=5e-4)
    statistic, p = friedman(DEMSAR)
    # Demsar's 9.28 is without the correction for ties, which divides by their share: 0.9571 here.
    ties = 1 - (2 * (2**3 - 2) + (4**3 - 4) + 1 * (2**3 - 2)) / (14 * (4**3 - 4))
    assert statistic * ties == pytest.approx(9.28, abs=0.01)
    assert p == pytest.approx(stats.chi2.sf(statistic, 3))
    assert critical_difference(4, 14, 0.05) == pytest.approx(1.25, abs=0.01)
    assert critical_difference(4, 14, 0.10) == pytest.approx(1.12, abs=0.01)


@pytest.mark.parametrize(("k", "q"), [(2, 1.960), (3, 2.343), (5, 2.728), (10, 3.164)])  # Demsar (2006), Table 5a
def test_the_quantiles_are_those_of_demsars_table(k, q):
    assert critical_difference(k, 6, 0.05) == pytest.approx(q * np.sqrt(k * (k + 1) / 36), abs=1e-3)


def test_methods_that_are_all_equal_do_not_differ():
    assert friedman(np.full((5, 3), 2.0)) == (0.0, 1.0)


@pytest.mark.parametrize("ranks", [np.array([[1.0, 2.0, 3.0]]), np.array([[1.0, 2.0], [1.0, 2.0]])])
def test_one_block_or_two_methods_have_no_test(ranks):
    assert np.isnan(friedman(ranks)).all()


def test_one_data_set_has_ranks_but_no_critical_difference():
    ranks = overall(ranking(plan({"d": ["ae", "irmae-l2", "vae"]}), measured(fids(d=(1, 2, 3)))))
    assert ranks["mean_rank"].to_dict() == {"AE": 1, "IRMAE": 2, "VAE": 3}
    assert ranks[["p", "critical_difference"]].isna().all(axis=None)


def test_a_data_set_counts_once_however_many_seeds_it_has():
    values = measured({("a", "ae", "fid:gmm"): [1, 1, 4], ("a", "irmae-l2", "fid:gmm"): [2, 2, 3]} | fids(b=(2, 1)))
    table = ranking(plan({"a": ["ae", "irmae-l2"], "b": ["ae", "irmae-l2"]}), values)
    assert overall(table)["mean_rank"].tolist() == [1.5, 1.5]
    assert overall(table)["n"].tolist() == [2, 2]


def test_a_diverged_seed_ranks_last_and_two_of_them_share_the_place():
    values = {("a", name, "fid:gmm"): numbers for name, numbers in {"ae": [NAN], "irmae-l2": [9], "vae": [NAN]}.items()}
    ranks = overall(ranking(plan({"a": ["ae", "irmae-l2", "vae"]}), measured(values)))
    assert ranks["mean_rank"].to_dict() == {"AE": 2.5, "IRMAE": 1.0, "VAE": 2.5}


def test_more_explained_variance_is_better():
    values = {("a", "ae", "explained_variance"): [0.9], ("a", "irmae-l2", "explained_variance"): [0.5]}
    table = ranking(plan({"a": ["ae", "irmae-l2"]}, ranked_by=["explained_variance"]), measured(values))
    assert overall(table)["mean_rank"].to_dict() == {"AE": 1, "IRMAE": 2}


def test_a_method_that_is_not_everywhere_is_left_out_and_says_so():
    runs = {"a": ["ae", "irmae-l2", "vae"], "b": ["ae", "irmae-l2"]}
    ranks = overall(ranking(plan(runs), measured(fids(a=(1, 2, 3), b=(1, 2)))))
    assert ranks.loc["VAE", "reason"] == "not on b"
    assert ranks["mean_rank"].drop("VAE").tolist() == [1, 2] and np.isnan(ranks.loc["VAE", "mean_rank"])


def test_a_method_trained_otherwise_on_one_data_set_is_left_out_with_the_reason():
    runs = {name: ["ae", "irmae-l2", "vae"] for name in "ab"}
    made = plan(runs, trained={("b", "vae"): {"epochs": 3, "lr": 2e-3}}, data={"a": {"epochs": 9}})
    ranks = overall(ranking(made, measured(fids(a=(1, 2, 3), b=(1, 2, 0)))))
    assert ranks.loc["VAE", "reason"] == "trained otherwise on b: epochs 3 (others 6), lr 0.002 (others 0.001)"
    assert ranks["mean_rank"].drop("VAE").to_dict() == {"AE": 1, "IRMAE": 2} and np.isnan(ranks.loc["VAE", "mean_rank"])
    assert set(ranks["k"].dropna()) == {2}
    assert trained_otherwise("a", "vae", made) == ""  # what is usual on a data set is nobody's difference


def test_a_method_trained_otherwise_where_it_is_not_measured_anyway_says_that_it_is_not():
    runs = {"a": ["ae", "irmae-l2", "vae"], "b": ["ae", "irmae-l2", "vae"]}
    made = plan(runs, trained={("b", "vae"): {"epochs": 3}})
    ranks = overall(ranking(made, measured(fids(a=(1, 2, 3), b=(1, 2)))))
    assert ranks.loc["VAE", "reason"] == "not on b"


@pytest.mark.parametrize(
    ("datasets", "variants", "expected"),
    [
        (1, ["ae", "irmae-l2", "vae"], False),  # no critical difference at all
        (2, ["ae", "irmae-l2", "vae"], False),  # 2.34 of 2
        (3, ["ae", "irmae-l2", "vae"], True),  # 1.91
        (3, ["ae", "irmae-l2"], False),  # 1.13 of 1
        (4, ["ae", "irmae-l2"], True),  # 0.98
        (4, ["ae"], False),
    ],
)
def test_a_ranking_shows_something_where_two_ranks_can_be_further_apart_than_the_critical_difference(
    datasets, variants, expected
):
    names = "abcd"[:datasets]
    values = fids(**{name: (1, 2, 3)[: len(variants)] for name in names})
    assert shows(overall(ranking(plan(dict.fromkeys(names, variants)), measured(values)))) is expected


def test_overall_is_over_the_metrics_that_a_data_set_has():
    errors = {("a", name, "error:100:best"): [value] * 2 for name, value in (("ae", 9), ("irmae-l2", 5), ("vae", 5))}
    runs = {name: ["ae", "irmae-l2", "vae"] for name in "ab"}
    made = plan(runs, ranked_by=("fid:gmm", "error:100:best", "mse"))  # mse is measured nowhere
    table = ranking(made, measured(fids(a=(1, 2, 3), b=(2, 1, 3)) | errors))
    # a: FID 1 2 3 and error 3 1.5 1.5, so 2 1.75 2.25; b: FID alone.
    assert overall(table)["mean_rank"].to_dict() == {"AE": 2, "IRMAE": 1, "VAE": 3}
    assert table[table["metric"] == "mse"]["mean_rank"].isna().all()


def test_the_first_variant_of_a_method_that_runs_stands_for_it():
    made = plan({"a": ["irmae-l8", "ae"], "b": ["ae", "irmae-l8", "irmae-l2"]})
    assert methods("a", made) == {"IRMAE": "irmae-l8", "AE": "ae"}
    assert methods("b", made) == {"AE": "ae", "IRMAE": "irmae-l2"}


def test_a_variant_of_no_method_is_called_by_its_label():
    made = plan({"a": ["ae", "mine"]})
    made["config"]["variants"]["mine"] = {"model": "irmae", "depth": 4}
    assert methods("a", made) == {"AE": "ae", "IRMAE l=4": "mine"}


def test_every_method_has_its_mean_and_the_paired_difference_to_others():
    values = {
        ("a", "ae", "mse"): [10, 11, 12],
        ("a", "irmae-l2", "mse"): [NAN, 12.5, 14],
        ("a", "vae", "mse"): [1, 2.5, 3],
        ("a", "vae", "error:10:last"): [1, 2, 3],
    }
    table = family(plan({"a": ["ae", "irmae-l2", "vae"]}), measured(values)).set_index(["method", "metric"])
    assert table.index.tolist() == [("AE", "mse"), ("IRMAE", "mse"), ("VAE", "mse")]  # no second reading of an error
    irmae, vae = table.loc[("IRMAE", "mse")], table.loc[("VAE", "mse")]
    assert (irmae["mean"], irmae["n"], irmae["n_planned"]) == (13.25, 2, 3)
    assert (irmae["difference:AE"], irmae["below:AE"]) == (1.75, 0)
    assert (vae["difference:AE"], vae["below:AE"], vae["difference:IRMAE"]) == (pytest.approx(-26.5 / 3), 3, -10.5)
    # AE against IRMAE is IRMAE against AE: a pair is tested once.
    assert table.filter(regex="^(difference|p)").loc[("AE", "mse")].isna().all()
    p = table.filter(regex="^p:").stack().dropna()
    assert len(p) == 3
    assert table.filter(regex="^p_").stack().dropna().tolist() == pytest.approx(
        stats.false_discovery_control(p).tolist()
    )
