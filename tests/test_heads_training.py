"""Table 2's heads in training: the seeds of a batch are trained as if each were alone."""

import numpy as np
import pytest
import torch
from torch import Tensor

from bench.classify import Codes
from bench.heads import Classifiers, Head, labelled_subset, train_classifiers

SETTINGS = {
    "budgets": [10, 100, 1000],
    "subset": "stratified",
    "hidden": 16,
    "dropout": 0.0,
    "batch": 20,
    "epochs": 6,
    "evaluate_every": 2,
    "lr": 1e-2,
}
LABELS = np.random.default_rng(0).integers(10, size=500)
CPU = torch.device("cpu")


@pytest.fixture
def double():
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


def noisy_codes(seeds: int, count: int, labels: Tensor) -> Tensor:
    """Codes [s, n, 10]: one-hot labels in heavy noise, different for every seed."""
    noise = torch.stack([torch.randn(count, 10, generator=torch.Generator().manual_seed(s)) for s in range(seeds)])
    return torch.nn.functional.one_hot(labels, 10) + noise


def train(seeds, chosen=None, budget=100, steps=None, **changes) -> np.ndarray:
    """Train on noisy codes of seeds 0..2, of which `chosen` (positions) take part."""
    labels, test_labels = torch.from_numpy(LABELS), torch.from_numpy(LABELS[:200])
    codes, test_codes = noisy_codes(3, 500, labels), noisy_codes(3, 200, test_labels)
    chosen = list(chosen or range(len(seeds)))
    inputs = Codes(codes[chosen], test_codes[chosen])
    settings = SETTINGS | changes
    return train_classifiers(
        lambda: Head(10, settings["hidden"], 10), inputs, labels, test_labels, seeds, budget, settings, steps
    )


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


def batches(budget: int, steps: int | None = None, **changes) -> list[Tensor]:
    """The indices [s, b] of every step."""
    seen = []

    class Recorder(Codes):
        def train(self, index: Tensor) -> Tensor:
            seen.append(index)
            return super().train(index)

    labels = torch.from_numpy(LABELS)
    codes = noisy_codes(2, 500, labels)
    inputs = Recorder(codes, codes)
    settings = SETTINGS | changes
    train_classifiers(lambda: Head(10, 4, 10), inputs, labels, labels, (0, 1), budget, settings, steps)
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


def test_a_number_of_steps_ends_training_early():
    assert len(batches(100, epochs=6, steps=7)) == 7


@pytest.mark.parametrize(
    ("epochs", "every", "steps", "evaluations"),
    [(6, 2, None, 3), (7, 2, None, 4), (1, 10, None, 1), (6, 2, 12, 2)],
)
def test_evaluations_are_every_few_epochs_and_after_the_last_step(epochs, every, steps, evaluations):
    errors = train((0, 1), epochs=epochs, evaluate_every=every, steps=steps)
    assert errors.shape == (evaluations, 2)
