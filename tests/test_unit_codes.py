"""The alternative `unit-codes`: classifiers read codes of unit root mean square, one scale for the whole code."""

from pathlib import Path

import numpy as np
import pytest
import yaml

from bench.reevaluate import at_unit_scale
from workflow.alternatives import reevaluation
from workflow.plan import typed

CONFIG = Path(__file__).parent.parent / "config"


def test_a_seeds_codes_are_divided_by_the_root_mean_square_of_its_training_codes():
    codes = {"train": np.array([[[3.0, 4.0], [0.0, 5.0]], [[2.0, 2.0], [2.0, 2.0]]]), "test": np.ones((2, 1, 2))}
    unit = at_unit_scale(codes)
    # (9 + 16 + 0 + 25) / 4 = 12.5, and 4
    assert unit["train"][0] == pytest.approx(codes["train"][0] / 12.5**0.5) and (unit["train"][1] == 1).all()
    assert unit["test"][0] == pytest.approx(np.full((1, 2), 12.5**-0.5)) and (unit["test"][1] == 0.5).all()


def test_codes_of_any_scale_become_the_same_and_nothing_becomes_of_zeros():
    z = np.random.default_rng(0).standard_normal((1, 50, 4)) * [4, 2, 1, 0.1] + 3
    codes, small = ({"train": factor * z, "test": factor * z[:, :5]} for factor in (1.0, 1e-5))
    for split, values in at_unit_scale(codes).items():
        assert values.dtype == np.float32 and np.allclose(values, at_unit_scale(small)[split], rtol=1e-6)
    assert not at_unit_scale({"train": 0 * z, "test": 0 * z})["test"].any()


def test_the_rule_is_asked_for_them_of_every_variant_whose_errors_a_claim_compares():
    config = {}
    for name in ("config", "claims"):
        config |= typed(yaml.safe_load((CONFIG / f"{name}.yaml").read_text(encoding="utf-8")))
    parts = reevaluation("mnist", "irmae", config)["alternatives"]["unit-codes"]
    assert parts["codes"] == "unit_scale" and parts["classify"]["budgets"] == [10, 100, 1000, 10000, 60000]
    assert {key: parts["classify"][key] for key in ("least_steps", "lr")} == {"least_steps": 500, "lr": 1e-3}
    assert "unit-codes" not in reevaluation("celeba", "irmae", config)["alternatives"]
