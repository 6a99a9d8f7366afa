"""Table 2's classifiers: enough steps for all, and early stopping on training images that nobody learned from."""

from pathlib import Path

import numpy as np
import pytest
import torch
import yaml

from bench.measures.base.classification import Codes, classify
from bench.measures.base.classifiers import train_classifiers
from bench.measures.base.heads import Errors, Head, Heads, draws, error_rows, initial
from workflow.configs import presets

CONFIG = Path(__file__).parent.parent / "config"
LABELS = np.random.default_rng(0).integers(10, size=500)
SETTINGS = {
    "budgets": [20],
    "subset": "stratified",
    "hidden": 16,
    "dropout": 0.0,
    "batch": 10,
    "epochs": 6,
    "least_steps": 1,
    "most_steps": None,
    "evaluate_every": 2,
    "lr": 1e-2,
}
ONE_HOT = torch.nn.functional.one_hot(torch.from_numpy(LABELS), 10).float()


@pytest.fixture
def double():
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


# Which images


@pytest.mark.parametrize(("count", "budget", "expected"), [(500, 20, 50), (20, 19, 1), (12_000, 10, 1000)])
def test_held_out_are_a_tenth_of_the_images_a_thousand_at_most_and_none_is_labelled(count, budget, expected):
    for draw in draws(np.arange(count) % 10, budget, "stratified", (0, 1)):
        assert len(set(draw.held_out)) == len(draw.held_out) == expected
        assert len(draw.labelled) == budget and not set(draw.held_out) & set(draw.labelled)


def test_a_seed_holds_out_images_in_one_order_whatever_the_budget():
    few, many = (draws(LABELS, budget, "first", (3,))[0].held_out for budget in (10, 100))
    kept = few[few >= 100]  # not labelled at 100 either
    assert 30 < len(kept) < 50 and np.array_equal(many[: len(kept)], kept)
    assert not np.array_equal(draws(LABELS, 10, "first", (4,))[0].held_out, few)


def test_of_the_whole_set_a_seed_has_a_second_classifier_that_learns_from_the_rest():
    whole, other, rest, _ = draws(LABELS, 500, "stratified", (0, 1))
    assert (whole.seed, other.seed, rest.seed) == (0, 1, 0)
    assert np.array_equal(whole.labelled, np.arange(500))
    assert len(rest.held_out) == 50 and np.array_equal(np.union1d(rest.labelled, rest.held_out), np.arange(500))
    assert len(rest.labelled) == 450


# Which evaluation


def test_training_stops_at_the_first_least_error_of_held_out_images():
    test, held = np.array([[30.0], [10.0], [20.0], [25.0]]), np.array([[9.0], [8.0], [7.0], [7.0]])
    rows = {name: value for _, name, value in error_rows((4,), 20, Errors(test, held))}
    assert rows == {"error:20:best": 10.0, "error:20:last": 25.0, "error:20:held_out": 20.0}


def test_of_two_classifiers_of_a_seed_the_second_is_stopped():
    test, held = np.array([[1.0, 2.0, 30.0, 40.0], [5.0, 6.0, 35.0, 45.0]]), np.array([[9, 9, 8, 9], [8, 8, 9, 8]])
    rows = list(error_rows((4, 5), 500, Errors(test, held)))
    assert rows == [
        *((4, "error:500:best", 1.0), (4, "error:500:last", 5.0), (4, "error:500:held_out", 30.0)),
        *((5, "error:500:best", 2.0), (5, "error:500:last", 6.0), (5, "error:500:held_out", 45.0)),
    ]


def train(drawn, codes, **changes) -> Errors:
    heads = Heads([initial(lambda: Head(10, 16, 10), draw) for draw in drawn])
    inputs = Codes(codes.expand(len(drawn), -1, -1), ONE_HOT.to(codes.dtype).expand(len(drawn), -1, -1))
    labels = torch.from_numpy(LABELS)
    return train_classifiers([heads], inputs, labels, labels, drawn, SETTINGS | changes)


def test_errors_of_held_out_images_are_those_of_these_images():
    drawn = draws(LABELS, 100, "stratified", (0,))
    codes = 3 * ONE_HOT.clone()
    wrong = drawn[0].held_out[:15]
    codes[wrong] = codes[wrong].roll(1, dims=1)  # codes of the next class
    errors = train(drawn, codes[None], epochs=20)
    assert errors.test[-1] == 0.0
    assert errors.held_out[-1] == 100 * 15 / 50


def test_the_second_classifiers_leave_the_first_ones_their_numbers(double):
    codes = torch.randn(1, 500, 10, generator=torch.Generator().manual_seed(0)) + ONE_HOT
    drawn = draws(LABELS, 500, "stratified", (0, 1))
    together, alone = train(drawn, codes, dropout=0.5).test, train(drawn[:2], codes, dropout=0.5).test
    assert np.array_equal(together[:, :2], alone)
    assert not np.array_equal(together[:, 2:], alone)


def test_every_reading_of_every_budget_is_yielded_and_a_diverged_seed_has_none():
    codes = 3 * ONE_HOT.expand(2, -1, -1).clone()
    codes[1, 7] = torch.nan
    labels = torch.from_numpy(LABELS)
    settings = SETTINGS | {"budgets": [20, 600], "least_steps": 150}
    rows = list(classify((0, 1), Codes(codes, codes), labels, labels, settings))
    names = [f"error:{budget}:{reading}" for budget in (20, 500) for reading in ("best", "last", "held_out")]
    assert [name for seed, name, _ in rows if seed == 0] == [name for seed, name, _ in rows if seed == 1] == names
    assert {value for seed, _, value in rows if seed == 0} == {0.0}
    assert np.isnan([value for seed, _, value in rows if seed == 1]).all()


# How many steps


class Counter(Codes):
    """Codes that count the steps."""

    steps = 0

    def train(self, index):
        self.steps += index.shape[1] == 10  # a batch; held-out images are 50
        return super().train(index)


@pytest.mark.parametrize(
    ("budget", "changes", "steps", "evaluations"),
    [
        (10, {"epochs": 6, "least_steps": 500, "evaluate_every": 10}, 500, 50),
        (20, {"epochs": 6, "least_steps": 35, "evaluate_every": 10}, 36, 2),  # two steps an epoch
        (100, {"epochs": 6, "least_steps": 50, "evaluate_every": 2}, 60, 3),  # more than enough: as ever
        (100, {"epochs": 6, "most_steps": 45, "evaluate_every": 2}, 45, 3),
    ],
)
def test_every_classifier_takes_the_least_number_of_steps(budget, changes, steps, evaluations):
    inputs, labels = Counter(ONE_HOT[None], ONE_HOT[None]), torch.from_numpy(LABELS)
    drawn = draws(LABELS, budget, "stratified", (0,))
    heads = Heads([initial(lambda: Head(10, 16, 10), draw) for draw in drawn])
    errors = train_classifiers([heads], inputs, labels, labels, drawn, SETTINGS | changes)
    assert inputs.steps == steps and len(errors.test) == len(errors.held_out) == evaluations


def test_no_preset_gives_a_classifier_fewer_than_500_steps():
    read = [yaml.safe_load(path.read_text(encoding="utf-8")).get("classify", {}) for path in presets(CONFIG).values()]
    least = [own["least_steps"] for own in read if "least_steps" in own]
    assert sorted(least) == [50, 500]  # of `smoke`, whose numbers mean nothing, and of all others
    most = [own["most_steps"] for own in read if own.get("most_steps")]
    assert sorted(most) == [50, 500, 20_000]  # of `smoke`, `quick` and `laptop`
