"""Table 2's heads in training: the seeds of a batch are trained as if each were alone."""

import numpy as np
import pytest
import torch
from torch import Tensor

from bench.measures.base.classification import Codes
from bench.measures.base.classifiers import Classifiers, batches, train_classifiers
from bench.measures.base.heads import Draw, Head, Heads, draws, initial, labelled_subset

SETTINGS = {
    "budgets": [10, 100, 1000],
    "subset": "stratified",
    "hidden": 16,
    "dropout": 0.0,
    "batch": 20,
    "epochs": 6,
    "least_steps": 1,
    "most_steps": None,
    "evaluate_every": 2,
    "lr": 1e-2,
}
LABELS = np.random.default_rng(0).integers(10, size=500)


def noisy_codes(seeds: int, count: int, labels: Tensor) -> Tensor:
    """Codes [s, n, 10]: one-hot labels in heavy noise, different for every seed."""
    noise = torch.stack([torch.randn(count, 10, generator=torch.Generator().manual_seed(s)) for s in range(seeds)])
    return torch.nn.functional.one_hot(labels, 10) + noise


def drawn(seeds, budget=100) -> list[Draw]:
    return draws(LABELS, budget, "stratified", seeds)


def heads(seeds, budget=100, size=10, hidden=16, classes=10) -> Heads:
    return Heads([initial(lambda: Head(size, hidden, classes), draw) for draw in drawn(seeds, budget)])


def train(seeds, chosen=None, budget=100, **changes) -> np.ndarray:
    """Train on noisy codes of seeds 0..2, of which `chosen` (positions) take part."""
    labels, test_labels = torch.from_numpy(LABELS), torch.from_numpy(LABELS[:200])
    codes, test_codes = noisy_codes(3, 500, labels), noisy_codes(3, 200, test_labels)
    chosen = list(chosen or range(len(seeds)))
    inputs = Codes(codes[chosen], test_codes[chosen])
    settings = SETTINGS | changes
    networks = [heads(seeds, budget, 10, settings["hidden"])]
    return train_classifiers(networks, inputs, labels, test_labels, drawn(seeds, budget), settings).test


@pytest.mark.parametrize("dropout", [0.0, 0.5])
def test_a_seed_alone_and_in_a_batch_of_three_agree(double, dropout):
    together = train((0, 1, 2), dropout=dropout)
    alone = train((1,), chosen=[1], dropout=dropout)
    assert np.array_equal(alone[:, 0], together[:, 1])
    assert not np.array_equal(together[:, 0], together[:, 1])


def stepped(seeds, dropout) -> dict[str, Tensor]:
    """The weights after an epoch on codes that are the same for every seed."""
    settings = SETTINGS | {"dropout": dropout}
    labels = torch.from_numpy(LABELS)
    codes = noisy_codes(1, 500, labels).expand(len(seeds), -1, -1)
    classifiers = Classifiers([heads(seeds)], Codes(codes, codes), labels, drawn(seeds), settings)
    index = np.stack([batches(draw, 20, range(5)) for draw in drawn(seeds)], axis=1)
    classifiers.train(torch.from_numpy(index))
    return classifiers.ensemble.models[0].state_dict()


@pytest.mark.parametrize("dropout", [0.0, 0.5])
def test_the_weights_of_a_seed_are_the_same_alone_and_in_a_batch_of_three(double, dropout):
    together, alone = stepped((0, 1, 2), dropout), stepped((1,), dropout)
    for name, weight in alone.items():
        assert torch.allclose(weight[0], together[name][1], rtol=1e-9, atol=1e-12), name
        assert not torch.allclose(weight[0], together[name][0]), name


def test_dropout_masks_differ_between_seeds_and_keep_the_mean():
    settings = {"hidden": 500, "dropout": 0.5, "lr": 1e-3}
    labels = torch.zeros(1, dtype=torch.int64)
    classifiers = Classifiers([heads((0, 1), hidden=500)], None, labels, drawn((0, 1)), settings)
    masks = classifiers.masks(torch.zeros(1, 2, 20))[0]
    assert masks.shape == (2, 2, 20, 500) and set(masks.unique().tolist()) == {0.0, 2.0}
    assert not torch.equal(masks[0], masks[1])
    assert masks.mean().item() == pytest.approx(1, abs=0.03)


def test_the_order_of_the_batches_differs_between_seeds_and_epochs():
    first, second = (Draw(seed, np.arange(100), np.arange(1)) for seed in (0, 1))
    assert not np.array_equal(batches(first, 20, range(5)), batches(second, 20, range(5)))
    assert not np.array_equal(batches(first, 20, range(5)), batches(first, 20, range(5, 10)))


@pytest.mark.parametrize("size", [100, 90])
def test_batches_are_the_same_in_whatever_parts_they_are_drawn(size):
    draw = Draw(0, np.arange(500)[::5][:size], np.arange(1))
    parts = [batches(draw, 20, part) for part in (range(3), range(3, 5), range(5, 17))]
    assert np.array_equal(np.concatenate(parts), batches(draw, 20, range(17)))


class Recorder(Codes):
    """Codes that keep the indices [s, b] of every step."""

    def __init__(self, *codes: Tensor) -> None:
        super().__init__(*codes)
        self.seen = []

    def train(self, index: Tensor) -> Tensor:
        if index.shape[1] <= 20:  # a batch, not held-out images
            self.seen.append(index)
        return super().train(index)


def test_training_equals_the_plain_loop(double):
    labels = torch.from_numpy(LABELS)
    codes = noisy_codes(1, 500, labels)
    head = Head(10, 16, 10)
    inputs = Recorder(codes, codes)
    errors = train_classifiers([Heads([head])], inputs, labels, labels, drawn((0,)), SETTINGS).test
    # Stacking copied the head's weights, so it is still at its start.
    optimiser = torch.optim.Adam(head.parameters(), lr=SETTINGS["lr"])
    for index in inputs.seen:
        optimiser.zero_grad()
        torch.nn.functional.cross_entropy(head(codes[0, index[0]]), labels[index[0]]).backward()
        optimiser.step()
    wrong = (head(codes[0]).argmax(1) != labels).double().mean().item()
    assert errors[-1, 0] == pytest.approx(100 * wrong)


def seen_batches(budget: int, **changes) -> list[Tensor]:
    """The indices [s, b] of every step."""
    labels = torch.from_numpy(LABELS)
    codes = noisy_codes(2, 500, labels)
    inputs = Recorder(codes, codes)
    settings = SETTINGS | changes
    train_classifiers([heads((0, 1), budget)], inputs, labels, labels, drawn((0, 1), budget), settings)
    return inputs.seen


def test_an_epoch_shows_every_labelled_image_once():
    seen = torch.stack(seen_batches(100, epochs=2))  # [steps, s, b]
    assert seen.shape == (10, 2, 20)
    for position, seed in enumerate((0, 1)):
        subset = labelled_subset(LABELS, 100, "stratified", seed)
        first, second = seen[:5, position].flatten(), seen[5:, position].flatten()
        assert np.array_equal(first.sort().values, subset)
        assert np.array_equal(second.sort().values, subset)
        assert not torch.equal(first, second)


def test_an_incomplete_last_batch_is_left_out_and_a_small_budget_is_one_batch():
    assert [index.shape for index in seen_batches(50, epochs=1)] == [(2, 20), (2, 20)]
    assert [index.shape for index in seen_batches(10, epochs=3)] == [(2, 10)] * 3


def test_a_number_of_steps_ends_training_early():
    assert len(seen_batches(100, epochs=6, most_steps=7)) == 7


@pytest.mark.parametrize(
    ("epochs", "every", "steps", "evaluations"),
    [(6, 2, None, 3), (7, 2, None, 4), (1, 10, None, 1), (6, 2, 12, 2)],
)
def test_evaluations_are_every_few_epochs_and_after_the_last_step(epochs, every, steps, evaluations):
    errors = train((0, 1), epochs=epochs, evaluate_every=every, most_steps=steps)
    assert errors.shape == (evaluations, 2)
