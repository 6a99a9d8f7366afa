"""The figure of a study: a line per variant over its settings."""

import pytest
from drawn import axes_of, words

from bench import figure


def test_a_study_has_a_line_per_variant_over_its_settings(drawable):
    whole = figure.figure(*drawable, "depth")
    assert words(whole)[0] == "mnist5k (digits): over the number of matrices, mean and range of seeds"
    assert [text.get_text() for text in whole.subfigs[0].legends[0].get_texts()] == ["IRMAE"]
    rank, effective, *_ = axes_of(whole)
    assert rank.get_lines()[0].get_ydata() == pytest.approx([6.0, 6.0]) and effective.get_title() == "effective rank"
    assert [text.get_text() for text in rank.get_xticklabels()] == ["4", "8"]


def test_a_study_that_does_not_run_says_so(drawable):
    plan, folder, paper = drawable
    config = plan["config"] | {"studies": {"beta": {"does": "weight", "variants": {}}}}
    plan = plan | {"config": config, "figures": {"beta": {"kind": "study", "panels": []}}}
    assert words(figure.figure(plan, folder, paper, "beta")) == ["weight: not run in this preset"]
