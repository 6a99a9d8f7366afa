"""Claims about ranks at equal reconstruction, on trajectories whose answer is known."""

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from bench.checks.fairness import equal_reconstruction
from bench.checks.folder import Folder
from bench.records.files import write_json
from bench.records.tables import write_table
from bench.report.verdicts import numbers, places
from bench.verdicts.claims import claims, read_measured
from bench.verdicts.equal import by_training, equally_explained, rank_where_explained
from bench.verdicts.measured import Measured
from bench.verdicts.sensitivity import sensitivity
from workflow import plan as planning

CONFIG = Path(__file__).resolve().parent.parent / "config"
NAN = float("nan")
DATA = {"mnist": {"title": "MNIST", "counts": {"train": 60_000, "test": 10_000}}}
RANKS = ("effective_rank", "rank:0.01")
# Explained and effective rank at steps 1, 10, 100: IRMAE stops early, AE goes on.
EARLY, LATE = [(0.1, 2.0), (0.4, 4.0), (0.5, 5.0)], [(0.1, 2.0), (0.5, 7.0), (0.9, 20.0)]


def rows(variant, seed, path, dataset="mnist"):
    """Rows of trajectory.csv: the count above 0.01 is twice the effective rank."""
    for step, (explained, rank) in zip((1, 10, 100), path, strict=True):
        for metric, value in (("explained_variance", explained), ("effective_rank", rank), ("rank:0.01", 2 * rank)):
            yield dataset, variant, seed, step, metric, value


def trajectory(*parts):
    columns = ["dataset", "variant", "seed", "step", "metric", "value"]
    return pd.DataFrame([row for part in parts for row in part], columns=columns)


def shifted(path, by):
    """A seed of its own: as the path, but of slightly other ranks."""
    return [(explained, rank + by) for explained, rank in path]


SEEDS = {0: 0.0, 1: 0.1, 2: -0.1, 3: 0.05, 4: 0.15}
MEAN = 0.04  # of these


def trained(variant, path, dataset="mnist", spread=1.0):
    return [row for seed, by in SEEDS.items() for row in rows(variant, seed, shifted(path, spread * by), dataset)]


def ended(*tables):
    """What the metrics say: the trajectories' last steps."""
    last = trajectory(*tables).groupby(["dataset", "variant", "metric", "seed"])["value"].last()
    return {key: values.droplevel([0, 1, 2]) for key, values in last.groupby(level=[0, 1, 2])}


@cache
def papers_plan():
    config, asserted = (yaml.safe_load((CONFIG / f"{name}.yaml").read_text("utf-8")) for name in ("config", "claims"))
    return planning.make_plan(planning.typed(config | asserted))


def plan(claim):
    shared = {"id": "c", "topic": "digits-rank", "paper": "IRMAE", "role": "digits", "metric": "effective_rank"}
    return papers_plan() | {"claims": [shared | claim]}


BELOW = {"lower": "irmae", "than": "ae"}


def judged(*tables, claim=BELOW):
    values = Measured(ended(*tables), paths=by_training(trajectory(*tables)))
    return claims(plan(claim), values, DATA).iloc[0]


# Where a training explains a target


@pytest.mark.parametrize(
    ("path", "target", "rank"),
    [
        ([(0.2, 1), (0.6, 3), (0.8, 9)], 0.7, 6.0),  # halfway between two steps
        ([(0.2, 1), (0.6, 3), (0.8, 9)], 0.6, 3.0),  # at a step
        ([(0.2, 1), (0.6, 3), (0.8, 9)], 0.8, 9.0),  # at the end
        ([(0.5, 4), (0.6, 3)], 0.3, 4.0),  # explained from the first step on
        ([(0.5, 4), (0.6, 3)], 0.61, NAN),  # never
        ([(0.2, 1), (0.6, 3), (0.4, 7), (0.9, 9)], 0.5, 2.5),  # the first of two crossings
        ([(0.2, 1), (0.6, 3), (NAN, NAN)], 0.4, 2.0),  # diverged later
        ([(0.2, 1), (NAN, NAN), (0.6, 3)], 0.4, NAN),
        ([(0.2, 1), (0.6, NAN)], 0.4, NAN),
        ([(0.2, 1), (0.6, 3)], NAN, NAN),
        ([(-3.0, 9), (1.0, 1)], 0.0, 3.0),  # worse than the mean image at first
    ],
)
def test_the_rank_where_a_training_first_explains_a_target(path, target, rank):
    assert rank_where_explained(np.array(path, dtype=float), target) == pytest.approx(rank, nan_ok=True)


def test_two_variants_are_compared_where_the_lower_end_is():
    table = trajectory(rows("irmae", 0, EARLY), rows("ae", 0, LATE), rows("ae", 1, LATE))
    paths = by_training(table)
    lower, than = equally_explained(paths["mnist", "irmae"], paths["mnist", "ae"], "effective_rank")
    assert (lower.to_dict(), than.to_dict()) == ({0: 5.0}, {0: 7.0})  # of the seed that both have


def test_each_seed_has_its_own_target():
    weak = [(0.1, 2.0), (0.2, 3.0), (0.3, 3.5)]
    table = trajectory(
        *(rows("irmae", 0, EARLY), rows("irmae", 1, LATE), rows("ae", 0, LATE), rows("ae", 1, weak)),
    )
    paths = by_training(table)
    lower, than = equally_explained(paths["mnist", "irmae"], paths["mnist", "ae"], "effective_rank")
    assert than.to_dict() == pytest.approx({0: 7.0, 1: 3.5})  # seed 0 ends at 0.5, seed 1 at 0.3
    assert lower.to_dict() == pytest.approx({0: 5.0, 1: 4.5})


def test_a_seed_that_diverged_on_one_side_is_left_out():
    diverged = [(0.1, 2.0), (0.4, 4.0), (NAN, NAN)]
    table = trajectory(
        *(rows("irmae", 0, EARLY), rows("irmae", 1, diverged), rows("ae", 0, LATE), rows("ae", 1, LATE)),
    )
    paths = by_training(table)
    lower, _ = equally_explained(paths["mnist", "irmae"], paths["mnist", "ae"], "effective_rank")
    assert lower.to_dict() == {0: 5.0}


# Claims


def test_ends_that_explain_differently_are_judged_at_equal_reconstruction():
    row = judged(trained("irmae", EARLY), trained("ae", LATE, spread=2.0))
    assert row["decided_at"] == "equal reconstruction"
    assert (row["explained"], row["other_explained"]) == pytest.approx((0.5, 0.9))
    assert row["end_difference"] == pytest.approx(5 - 20 - MEAN)
    assert row["difference"] == row["equal_difference"] == pytest.approx(5 - 7 - MEAN)
    assert (row["end_n"], row["equal_n"], row["n"], row["agree"]) == (5, 5, 5, 5)
    assert row["note"].startswith("at equal reconstruction: at the end they explain 50% and 90% of the variance")


def test_a_lower_rank_that_is_only_less_learned_is_no_lower_rank():
    slow = LATE[:2] + [(0.6, 7.0 + 13 / 4)]  # the same way as AE, not as far
    row = judged(trained("irmae", slow, spread=2.0), trained("ae", LATE))
    assert (row["end_mean"], row["end_other_mean"]) == pytest.approx((10.25 + 2 * MEAN, 20 + MEAN))
    assert row["end_p"] < 0.001
    assert row["difference"] == pytest.approx(MEAN)
    assert row["outcome"] == "unclear"


def test_ends_that_explain_alike_decide_themselves():
    row = judged(trained("irmae", [*EARLY[:2], (0.88, 6.0)]), trained("ae", LATE, spread=2.0))
    assert row["decided_at"] == "end"
    assert row["difference"] == row["end_difference"] == pytest.approx(6 - 20 - MEAN)
    # AE explains 0.88 at 19/20 of the way from 7 to 20.
    assert row["equal_difference"] == pytest.approx(6 - (7 + 13 * 0.95) - MEAN)
    assert row["outcome"] == "as claimed" and row["note"] == ""


def test_without_a_trajectory_the_end_decides_and_the_note_says_so():
    tables = trained("irmae", EARLY), trained("pca", LATE, spread=2.0)
    known = Measured(ended(*tables), paths=by_training(trajectory(tables[0])))
    row = claims(plan({"lower": "irmae", "than": "pca"}), known, DATA).iloc[0]
    assert (row["decided_at"], row["outcome"]) == ("end", "as claimed")
    assert np.isnan(row["equal_difference"])
    note = "at the end of training, where they explain 50% and 90% of the variance: no trajectory of pca"
    assert row["note"].startswith(note)


def test_other_claims_are_decided_nowhere_else():
    claim = {"variant": "ae", "near": 7, "metric": "rank:0.01"}
    row = judged(trained("ae", LATE), claim=claim)
    assert pd.isna(row["decided_at"]) and np.isnan([row["end_mean"], row["equal_mean"], row["explained"]]).all()


@pytest.mark.parametrize("kind", ["equals", "at_least"])
def test_equal_and_at_least_are_judged_at_equal_reconstruction_too(kind):
    slow = LATE[:2] + [(0.6, 7.0 + 13 / 4)]
    row = judged(trained("vae", slow), trained("ae", LATE, spread=2.0), claim={"variant": "vae", kind: "ae"})
    assert (row["decided_at"], row["outcome"]) == ("equal reconstruction", "as claimed")
    assert row["end_difference"] < -9


def test_the_count_stands_beside_and_a_line_says_where_it_disagrees():
    tables = trained("irmae", EARLY), trained("ae", LATE, spread=2.0)
    agrees = judged(*tables)
    assert (agrees["count_difference"], agrees["count_outcome"]) == (pytest.approx(-4 - 2 * MEAN), "as claimed")
    assert "count" not in agrees["note"]
    path = trajectory(*tables)
    counts = path["metric"] == "rank:0.01"
    own, other = path["variant"] == "irmae", path["variant"] == "ae"
    higher = path["value"].where(~(counts & own), path["value"] + 9)
    values = Measured(ended(*tables), paths=by_training(path.assign(value=higher)))
    row = claims(plan(BELOW), values, DATA).iloc[0]
    assert (row["outcome"], row["count_outcome"]) == ("as claimed", "contradicted")
    assert row["note"].endswith("; but the count above 0.01 differs by +4.9: contradicted")
    tied = path["value"].where(~(counts & (own | other)), 3.0)
    values = Measured(ended(*tables), paths=by_training(path.assign(value=tied)))
    row = claims(plan(BELOW), values, DATA).iloc[0]
    assert row["note"].endswith("; but the count above 0.01 differs by +0.0: unclear")


def test_the_reports_line_holds_both_places_and_the_count():
    table = pd.DataFrame([judged(trained("irmae", EARLY), trained("ae", LATE, spread=2.0))])
    row = next(table.itertuples())
    assert {text: numbers(row, prefix, 1) for prefix, text in places(row).items()} == {
        "at equal reconstruction": ["5.0 against 7.1", "-2.0 [-2.2, -1.9]", "5 of 5"],
        "at the end": ["5.0 against 20.1", "-15.0 [-15.2, -14.9]", "5 of 5"],
        "count, at equal reconstruction": ["10.1 against 14.2", "-4.1 [-4.3, -3.8]", "5 of 5"],
    }


def test_a_training_by_another_protocol_is_judged_along_its_own_trajectory():
    usual = trained("irmae", EARLY), trained("ae", LATE, spread=2.0)
    again = trained("irmae", LATE, "mnist@unshuffled", 2.0), trained("ae", LATE, "mnist@unshuffled")
    other = trajectory(*again).query("step == 100").assign(dataset="mnist", alternative="unshuffled")
    for tables, decided in (((*usual, *again), "end"), (usual, "end")):  # its trajectories known, and not
        known = Measured(ended(*usual), paths=by_training(trajectory(*tables)))
        row = sensitivity(plan(BELOW), known, other).set_index("alternative").loc["unshuffled"]
        assert (row["usual"], row["outcome"], row["decided_at"]) == ("as claimed", "unclear", decided)
        assert row["difference"] == pytest.approx(MEAN)


def test_other_ways_to_count_stand_for_the_effective_rank():
    known = Measured(ended(trained("irmae", EARLY), trained("ae", LATE, spread=2.0)))
    nothing = pd.DataFrame(columns=["dataset", "variant", "seed", "alternative", "metric", "value"])
    row = sensitivity(plan(BELOW), known, nothing).set_index("alternative").loc["rank-1e-2"]
    assert (row["metric"], row["usual"], row["effect"]) == ("rank:0.01", "as claimed", "kept")
    assert row["difference"] == pytest.approx(2 * row["usual_difference"])


def test_a_results_folder_is_read_with_and_without_trajectories(tmp_path):
    empty = pd.DataFrame(columns=["dataset", "variant", "seed", "step", "metric", "value", "setting", "study"])
    for name in ("tables/metrics", "tables/studies", "linear_rank/summary"):
        write_table(tmp_path / f"{name}.csv", empty)
    assert read_measured(tmp_path).paths == {}
    write_table(tmp_path / "tables/trajectory.csv", trajectory(trained("ae", [*LATE[:2], (NAN, NAN)])))
    path = read_measured(tmp_path).paths["mnist", "ae"]
    assert path.loc[(2, 10), "effective_rank"] == pytest.approx(6.9)
    assert np.isnan(path.loc[(2, 100), "explained_variance"])


# The check


@pytest.fixture
def folder(tmp_path):
    """A results folder with a claim that is rightly judged at equal reconstruction."""
    tables = trained("irmae", EARLY), trained("ae", LATE, spread=2.0)
    write_json(tmp_path / "plan.json", plan(BELOW) | {"jobs": []})
    write_table(tmp_path / "tables/claims.csv", pd.DataFrame([judged(*tables)]))
    write_table(tmp_path / "tables/trajectory.csv", trajectory(*tables))
    return tmp_path


def test_a_claim_judged_at_equal_reconstruction_is_fair(folder):
    assert list(equal_reconstruction(Folder(folder))) == []


def test_a_claim_judged_at_unequal_reconstruction_is_found(folder):
    table = pd.read_csv(folder / "tables/claims.csv")
    write_table(folder / "tables/claims.csv", table.assign(decided_at="end"))
    (finding,) = equal_reconstruction(Folder(folder))
    assert (finding.severity, finding.where) == ("error", "tables/claims.csv, c")
    assert "where irmae explains 50% of the variance and ae 90%" in finding.message


def test_ends_within_the_margin_and_variants_without_a_trajectory_are_fair(folder):
    table = pd.read_csv(folder / "tables/claims.csv").assign(decided_at="end")
    near = trained("irmae", [*EARLY[:2], (0.86, 6.0)]), trained("ae", LATE)
    write_table(folder / "tables/claims.csv", table)
    write_table(folder / "tables/trajectory.csv", trajectory(*near))
    assert list(equal_reconstruction(Folder(folder))) == []
    write_table(folder / "tables/trajectory.csv", trajectory(near[0]))
    assert list(equal_reconstruction(Folder(folder))) == []
