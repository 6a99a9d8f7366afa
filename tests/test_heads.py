"""Labelled subsets, batches and the stacked training of Table 2's classifiers."""

import numpy as np
import pytest
import torch
from torch import Tensor

from bench.classify import Codes
from bench.heads import (
    Classifiers,
    Head,
    budgets,
    epoch_order,
    error_rows,
    labelled_subset,
    train_classifiers,
)

SETTINGS = {
    "budgets": [10, 100, 1000],
    "subset": "stratified",
    "hidden": 16,
    "dropout": 0.0,
    "batch": 20,
    "epochs": 6,
    "evaluate_every": 2,
    "lr": 1e-2,
    "max_steps": 0,
}
LABELS = np.random.default_rng(0).integers(10, size=500)
CPU = torch.device("cpu")
MNIST_BEGINS = np.array([5, 0, 4, 1, 9, 2, 1, 3, 1, 4])


@pytest.fixture
def double():
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


def noisy_codes(seeds: int, count: int, labels: Tensor) -> Tensor:
    """Codes [s, n, 10]: one-hot labels in heavy noise, different for every seed."""
    noise = torch.stack(
        [torch.randn(count, 10, generator=torch.Generator().manual_seed(s)) for s in range(seeds)]
    )
    return torch.nn.functional.one_hot(labels, 10) + noise


def train(seeds, chosen=None, budget=100, **changes) -> np.ndarray:
    """Train on noisy codes of seeds 0..2, of which `chosen` (positions) take part."""
    labels, test_labels = torch.from_numpy(LABELS), torch.from_numpy(LABELS[:200])
    codes, test_codes = noisy_codes(3, 500, labels), noisy_codes(3, 200, test_labels)
    chosen = list(chosen or range(len(seeds)))
    inputs = Codes(codes[chosen], test_codes[chosen])
    settings = SETTINGS | changes
    return train_classifiers(
        lambda: Head(10, settings["hidden"], 10), inputs, labels, test_labels, seeds, budget, settings
    )


def test_budgets_above_the_training_set_become_the_whole_of_it_once():
    assert budgets({"budgets": [10, 100, 1000, 10000, 60000]}, 4000) == [10, 100, 1000, 4000]
    assert budgets({"budgets": [10, 100]}, 4000) == [10, 100]


@pytest.mark.parametrize(("budget", "per_class"), [(10, {1}), (100, {10}), (15, {1, 2})])
def test_a_stratified_subset_has_equal_numbers_of_every_class(budget, per_class):
    subset = labelled_subset(LABELS, budget, "stratified", 0)
    assert len(set(subset)) == budget
    assert set(np.bincount(LABELS[subset], minlength=10)) == per_class


def test_a_class_that_runs_out_leaves_its_share_to_the_others():
    labels = np.array([0] * 3 + [1] * 50 + [2] * 50)
    assert np.bincount(labels[labelled_subset(labels, 30, "stratified", 0)]).tolist() in (
        [3, 13, 14],
        [3, 14, 13],
    )


def test_the_whole_training_set_is_a_subset_of_itself():
    for rule in ("stratified", "first"):
        assert np.array_equal(labelled_subset(LABELS, 500, rule, 0), np.arange(500))


def test_subsets_depend_on_seed_and_budget_alone():
    assert np.array_equal(
        labelled_subset(LABELS, 50, "stratified", 1), labelled_subset(LABELS, 50, "stratified", 1)
    )
    assert not np.array_equal(
        labelled_subset(LABELS, 50, "stratified", 1), labelled_subset(LABELS, 50, "stratified", 2)
    )


def test_the_released_rule_misses_three_classes_of_mnist_at_ten_labels():
    labels = np.concatenate([MNIST_BEGINS, LABELS])
    assert set(range(10)) - set(labels[labelled_subset(labels, 10, "first", 0)]) == {6, 7, 8}
    assert set(labels[labelled_subset(labels, 10, "stratified", 0)]) == set(range(10))


def test_a_head_has_two_hidden_layers():
    head = Head(128, 128, 10)
    assert sum(p.numel() for p in head.parameters()) == 2 * (128 * 128 + 128) + 128 * 10 + 10


def test_a_mask_of_ones_is_no_dropout_and_a_mask_of_zeros_leaves_the_bias():
    head, z = Head(4, 8, 3), torch.randn(5, 4)
    assert torch.equal(head(z, torch.ones(2, 5, 8)), head(z))
    assert torch.equal(head(z, torch.zeros(2, 5, 8)), head.out.bias.expand(5, 3))


@pytest.mark.parametrize("dropout", [0.0, 0.5])
def test_a_seed_alone_and_in_a_batch_of_three_agree(double, dropout):
    together = train((0, 1, 2), dropout=dropout)
    alone = train((1,), chosen=[1], dropout=dropout)
    assert np.array_equal(alone[:, 0], together[:, 1])
    assert not np.array_equal(together[:, 0], together[:, 1])


def stepped(seeds, dropout) -> Classifiers:
    """Classifiers after five steps on codes that are the same for every seed."""
    settings = SETTINGS | {"dropout": dropout}
    classifiers = Classifiers(lambda: Head(4, 16, 3), seeds, 100, settings, CPU)
    generator = torch.Generator().manual_seed(0)
    for _ in range(5):
        x, y = torch.randn(20, 4, generator=generator), torch.randint(3, (20,), generator=generator)
        classifiers.step(x.expand(len(seeds), -1, -1), y.expand(len(seeds), -1))
    return classifiers


@pytest.mark.parametrize("dropout", [0.0, 0.5])
def test_the_weights_of_a_seed_are_the_same_alone_and_in_a_batch_of_three(double, dropout):
    together, alone = stepped((0, 1, 2), dropout).parameters, stepped((1,), dropout).parameters
    for name, parameter in alone.items():
        assert torch.allclose(parameter[0], together[name][1], rtol=1e-9, atol=1e-12), name
        assert not torch.allclose(parameter[0], together[name][0]), name


def test_dropout_masks_differ_between_seeds_and_keep_the_mean():
    classifiers = Classifiers(
        lambda: Head(4, 500, 3), (0, 1), 100, SETTINGS | {"dropout": 0.5, "hidden": 500}, CPU
    )
    masks = classifiers.masks(torch.zeros(2, 20, 4))
    assert masks.shape == (2, 2, 20, 500) and set(masks.unique().tolist()) == {0.0, 2.0}
    assert not torch.equal(masks[0], masks[1])
    assert masks.mean().item() == pytest.approx(1, abs=0.03)


def test_the_order_of_the_batches_differs_between_seeds():
    first, second = epoch_order((0, 1), budget=100, batch=20, epoch=1)
    assert not np.array_equal(first, second)
    assert np.array_equal(second, epoch_order((1,), budget=100, batch=20, epoch=1)[0])


def test_training_equals_the_plain_loop(double):
    seen = []

    class Recorder(Codes):
        def train(self, index: Tensor) -> Tensor:
            seen.append(index)
            return super().train(index)

    labels = torch.from_numpy(LABELS)
    codes = noisy_codes(1, 500, labels)
    built = []

    def build() -> Head:
        built.append(Head(10, 16, 10))
        return built[-1]

    errors = train_classifiers(build, Recorder(codes, codes), labels, labels, (0,), 100, SETTINGS)
    head = built[0]  # stacking copied its weights, so it is still at its start
    optimiser = torch.optim.Adam(head.parameters(), lr=SETTINGS["lr"])
    for index in seen:
        optimiser.zero_grad()
        torch.nn.functional.cross_entropy(head(codes[0, index[0]]), labels[index[0]]).backward()
        optimiser.step()
    wrong = (head(codes[0]).argmax(1) != labels).double().mean().item()
    assert errors[-1, 0] == pytest.approx(100 * wrong)


def batches(budget: int, **changes) -> list[Tensor]:
    """The indices [s, b] of every step."""
    seen = []

    class Recorder(Codes):
        def train(self, index: Tensor) -> Tensor:
            seen.append(index)
            return super().train(index)

    labels = torch.from_numpy(LABELS)
    codes = noisy_codes(2, 500, labels)
    inputs = Recorder(codes, codes)
    train_classifiers(lambda: Head(10, 4, 10), inputs, labels, labels, (0, 1), budget, SETTINGS | changes)
    return seen


def test_an_epoch_shows_every_labelled_image_once():
    seen = torch.stack(batches(100, epochs=2))  # [steps, s, b]
    assert seen.shape == (10, 2, 20)
    for position, seed in enumerate((0, 1)):
        subset = labelled_subset(LABELS, 100, "stratified", seed)
        first, second = seen[:5, position].flatten(), seen[5:, position].flatten()
        assert np.array_equal(first.sort().values, subset)
        assert np.array_equal(second.sort().values, subset)
        assert not torch.equal(first, second)


def test_an_incomplete_last_batch_is_left_out_and_a_small_budget_is_one_batch():
    assert [index.shape for index in batches(50, epochs=1)] == [(2, 20), (2, 20)]
    assert [index.shape for index in batches(10, epochs=3)] == [(2, 10)] * 3


def test_max_steps_ends_training_early():
    assert len(batches(100, epochs=6, max_steps=7)) == 7


@pytest.mark.parametrize(
    ("epochs", "every", "max_steps", "evaluations"),
    [(6, 2, 0, 3), (7, 2, 0, 4), (1, 10, 0, 1), (6, 2, 12, 2)],
)
def test_evaluations_are_every_few_epochs_and_after_the_last_step(epochs, every, max_steps, evaluations):
    errors = train((0, 1), epochs=epochs, evaluate_every=every, max_steps=max_steps)
    assert errors.shape == (evaluations, 2)


def test_rows_give_the_smallest_and_the_last_error_of_every_seed():
    errors = np.array([[30.0, np.nan], [10.0, np.nan], [20.0, np.nan]])
    rows = list(error_rows((4, 5), 10, errors))
    assert rows[:2] == [(4, "error:10:best", 10.0), (4, "error:10:last", 20.0)]
    assert [name for _, name, _ in rows[2:]] == ["error:10:best", "error:10:last"]
    assert np.isnan([value for *_, value in rows[2:]]).all()
