"""Jobs come in the order of what they are worth."""

from paper_config import PAPER

from workflow import plan as planning
from workflow.priorities import FIRST, of_data, of_runs

PLAN = planning.make_plan(PAPER)
LEVELS = of_runs(PLAN)


def level(dataset, variant):
    (found,) = {value for path, value in LEVELS.items() if path.startswith(f"runs/{dataset}/{variant}/")}
    return found


def test_the_papers_variants_on_digits_come_first_and_what_trains_again_last():
    order = [
        level("mnist", "irmae"),
        level("shapes", "ae-l1"),
        level("fashion_mnist", "ae"),
        level("celeba", "vae"),
        level("mnist", "rrae"),
        level("celeba", "lorae"),
    ]
    assert order == sorted(order, reverse=True) and len(set(order)) == len(order)
    again = {LEVELS[run["path"]] for run in PLAN["retrained"]}
    assert max(again) < order[-1]
    assert (
        level("mnist", "supervised") == level("mnist", "pca") == level("mnist", "irmae-fixed") == max(LEVELS.values())
    )


def test_a_data_set_of_an_alternative_has_its_own_ones_place():
    assert (
        of_data("shapes@corner", PLAN)
        == of_data("shapes", PLAN)
        > of_data("gaussian2d", PLAN)
        > of_data("celeba", PLAN)
    )


def test_every_training_comes_before_every_evaluation_of_what_is_worth_less():
    assert all(value % 2 == 0 for value in LEVELS.values()) and max(LEVELS.values()) + 1 < FIRST
