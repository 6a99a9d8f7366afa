"""As many jobs use GPUs as fit; one that asks for more than there is in all is refused by name."""

import pytest

from workflow.totals import refusal, sharing


@pytest.mark.parametrize(
    ("memories", "visible", "jobs"),
    [
        ([], None, 1),  # a job says itself that there is no GPU
        (["24564"], None, 1),
        (["81559"], None, 2),
        (["143771"], None, 5),
        (["[N/A]"], None, 1),
        (["81559", "81559", "24564"], None, 5),
        (["81559", "81559", "81559", "81559"], "0,3", 4),
    ],
)
def test_a_gpu_takes_as_many_jobs_as_of_the_largest_fit(memories, visible, jobs):
    assert sharing(memories, visible) == jobs


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
