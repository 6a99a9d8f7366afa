"""A check finds two variants of a data set that are one: an option without effect."""

import numpy as np
import pytest

from bench.checks.folder import Folder
from bench.checks.twins import twins
from bench.records.tables import read_table, write_table


@pytest.fixture
def found(results):
    """Return what the check finds after variants on the digits were given other values of their numbers."""
    path = results / "tables/metrics.csv"

    def plant(*variants, change):
        table = read_table(path)
        digits = table["dataset"] == "mnist5k"
        plain = table[digits & (table["variant"] == "ae")].set_index(["seed", "metric"])["value"]
        for variant in variants:
            own = table[digits & (table["variant"] == variant)]
            table.loc[own.index, "value"] = [
                change(plain, *key) for key in zip(own["seed"], own["metric"], strict=True)
            ]
        write_table(path, table)
        return [f"{finding.severity} {finding.where}: {finding.message}" for finding in twins(Folder(results))]

    return plant


def copied(plain, seed, metric):
    return plain[seed, metric]


def test_variants_that_all_do_something_are_no_finding(found):
    assert found(change=copied) == []


def test_a_variant_that_shares_all_its_numbers_with_another_is_found(found):
    (text,) = found("irmae", change=copied)
    assert text.startswith("error mnist5k/irmae: all ")
    assert "numbers are those of ae: what sets it apart is without effect" in text


def test_one_seed_of_one_number_tells_two_variants_apart(found):
    assert found("irmae", change=lambda plain, *key: plain[key] + 1e-12 * (key == (1, "mse"))) == []


def test_seeds_that_diverged_tell_nothing(found):
    assert found("ae", "irmae", change=lambda *key: np.nan) == []
