"""A job that asks for more than there is in all is refused by name."""

from workflow.totals import refusal


def test_the_rule_that_asks_for_most_is_named_with_what_to_do():
    line = refusal("gpu", {"train": 1, "generate": 4, "plan": 0}, 2)
    assert line == (
        "resources: rule generate asks for gpu=4 and there are 2 in all, so it can never run: "
        "add `--resources gpu=4` or more, or `--config device=cpu`"
    )


def test_what_fits_and_what_nobody_counts_is_no_matter():
    assert refusal("gpu", {"train": 1}, 1) is None
    assert refusal("gpu", {"train": 0}, 0) is None
    assert refusal("gpu", {"train": 9}, None) is None
    assert refusal("gpu", {}, 0) is None
