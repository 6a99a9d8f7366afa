"""Planted claims and trajectories that are not fair, each found by the check that is for it."""

import pandas as pd
import pytest
from planted import edit, findings
from trajectories import BELOW, EARLY, LATE, about_rank, judged, trained, trajectory

from bench.checks.fairness import equal_reconstruction
from bench.checks.folder import Folder
from bench.records.files import write_json
from bench.records.tables import write_table


@pytest.fixture
def folder(tmp_path):
    """A results folder with a claim that is rightly judged at equal reconstruction."""
    tables = trained("irmae", EARLY), trained("ae", LATE, spread=2.0)
    write_json(tmp_path / "plan.json", about_rank(BELOW) | {"jobs": []})
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


@pytest.mark.parametrize(
    ("pattern", "replacement", "finding"),
    [
        (r"^mnist5k,irmae,1,250,.*\n", "", "mnist5k/irmae: seed 1 was not seen at every step up to 250"),
        (r"^mnist5k,irmae,1,.*\n", "", "mnist5k/irmae: seed 1 was not seen at every step up to 250"),
        (
            r"^(mnist5k,irmae,1,250,explained_variance),.*",
            r"\1,0.97",
            "mnist5k/irmae: seed 1 ends explaining 0.97 of the variance, its codes 0.80",
        ),
        (
            r"^(mnist5k,irmae,1,16,effective_rank),.*",
            r"\1,400",
            "mnist5k/irmae: seed 1: effective_rank over the code's",
        ),
    ],
)
def test_a_trajectory_that_cannot_be(results, pattern, replacement, finding):
    edit(results / "tables/trajectory.csv", pattern, replacement, count=0)
    assert any(line.startswith(f"trajectory {finding}") for line in findings(results))
