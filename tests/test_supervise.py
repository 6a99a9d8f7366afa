"""Rule `supervise`: encoder and head trained together, Table 2's last row."""

import numpy as np
import pytest
import torch
from small_run import CPU, make_spec, read_rows, specification, write_small_run

from bench.measures.base.heads import labelled_subset
from bench.supervise import Classifier, Images, main, supervise

SETTINGS = {
    "budgets": [10, 100],
    "subset": "stratified",
    "hidden": 16,
    "dropout": 0.0,
    "batch": 20,
    "epochs": 30,
    "least_steps": 1,
    "evaluate_every": 10,
    "lr": 1e-2,
    "most_steps": None,
}
LABELS = torch.arange(60) % 3


def bars(labels) -> torch.Tensor:
    """Images [n, 1, 32, 32] with a bright bar whose place is the class."""
    images = torch.zeros(len(labels), 1, 32, 32, dtype=torch.uint8)
    for image, label in zip(images, labels, strict=True):
        image[0, 10 * label : 10 * label + 8] = 255
    return images


def errors(seeds, images, **changes) -> dict[tuple[int, str], float]:
    inputs = Images(images, images, classifiers=len(seeds))
    rows = supervise(make_spec("supervised", seeds=seeds), inputs, LABELS, LABELS, SETTINGS | changes)
    return {(seed, metric): value for seed, metric, value in rows}


def test_classes_that_can_be_seen_are_learnt():
    percent = errors((0, 1), bars(LABELS))
    assert {metric for _, metric in percent} == {
        f"error:{b}:{k}" for b in (10, 60) for k in ("best", "last", "held_out")
    }
    assert {value for (_, metric), value in percent.items() if metric.startswith("error:60")} == {0.0}


def test_images_that_are_all_alike_leave_two_classes_of_three_wrong():
    percent = errors((0,), torch.full((60, 1, 32, 32), 7, dtype=torch.uint8), epochs=2)
    assert [*percent.values()] == pytest.approx([200 / 3] * 6)


def test_a_seed_alone_and_in_a_batch_of_three_agree(double):
    images = torch.randint(256, (60, 1, 32, 32), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    together, alone = errors((0, 1, 2), images, epochs=3), errors((2,), images, epochs=3)
    assert alone == {key: value for key, value in together.items() if key[0] == 2}


def test_tf32_is_off_where_errors_are_computed_and_on_in_training(convolved):
    errors((0,), bars(LABELS), epochs=2)
    assert set(convolved) == {(True, True), (False, False)} and torch.backends.cudnn.allow_tf32


def test_the_encoder_is_trained_with_the_head():
    model = Classifier(make_spec("supervised", seeds=(0,)), hidden=16, classes=3)
    model(torch.rand(1, 4, 1, 32, 32)).sum().backward()
    assert all(p.grad is not None and p.grad.any() for p in [*model.encoder.parameters()][:1])


def test_labelled_images_are_those_of_the_heads_on_codes():
    chosen = []

    class Recorder(Images):
        def train(self, index):
            chosen.append(index[:, :10])  # all of a batch, and some of the held-out images
            return super().train(index)

    inputs = Recorder(bars(LABELS), bars(LABELS), classifiers=1)
    list(
        supervise(
            make_spec("supervised", seeds=(3,)), inputs, LABELS, LABELS, SETTINGS | {"budgets": [10], "epochs": 1}
        )
    )
    subset = labelled_subset(LABELS.numpy(), 10, "stratified", 3)
    batch, held_out = (index[0].sort().values for index in chosen)
    assert np.array_equal(batch, subset) and not set(held_out.tolist()) & set(subset)


def test_the_rule_writes_every_budget_of_every_seed(tmp_path):
    write_small_run(tmp_path)
    main(
        spec=specification("supervised"),
        settings=SETTINGS | {"epochs": 1},
        data=tmp_path / "data",
        metrics=tmp_path / "supervise.csv",
        device=CPU,
    )
    values = read_rows(tmp_path / "supervise.csv")
    names = {f"error:{budget}:{kind}" for budget in (10, 60) for kind in ("best", "last", "held_out")}
    assert values.keys() == {(seed, name) for seed in (0, 1) for name in names}
    assert all(0 <= float(value) <= 100 for value in values.values())
