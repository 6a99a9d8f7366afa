import json

import numpy as np
import pytest
import torch
from small_run import call, read_rows, specification, write_small_run

from bench.measures.base.heads import labelled_subset
from bench.records.spec import Spec, Training
from bench.supervise import Classifier, Images, main, supervise

SETTINGS = {
    "budgets": [10, 100],
    "subset": "stratified",
    "hidden": 16,
    "dropout": 0.0,
    "batch": 20,
    "epochs": 30,
    "evaluate_every": 10,
    "lr": 1e-2,
    "supervised_steps": None,
}
LABELS = torch.arange(60) % 3


@pytest.fixture
def double():
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


def spec_of(seeds) -> Spec:
    training = Training(epochs=1, batch=4, lr=1e-3, shuffle=True)
    return Spec(**{**specification(), "model": "supervised", "seeds": seeds, "training": training})


def bars(labels) -> torch.Tensor:
    """Images [n, 1, 32, 32] with a bright bar whose place is the class."""
    images = torch.zeros(len(labels), 1, 32, 32, dtype=torch.uint8)
    for image, label in zip(images, labels, strict=True):
        image[0, 10 * label : 10 * label + 8] = 255
    return images


def errors(seeds, images, **changes) -> dict[tuple[int, str], float]:
    inputs = Images(images, images, seeds=len(seeds))
    rows = supervise(spec_of(seeds), inputs, LABELS, LABELS, SETTINGS | changes)
    return {(seed, metric): value for seed, metric, value in rows}


def test_classes_that_can_be_seen_are_learnt():
    found = errors((0, 1), bars(LABELS))
    assert {metric for _, metric in found} == {f"error:{b}:{k}" for b in (10, 60) for k in ("best", "last")}
    assert {value for (_, metric), value in found.items() if metric.startswith("error:60")} == {0.0}


def test_images_that_are_all_alike_leave_two_classes_of_three_wrong():
    found = errors((0,), torch.full((60, 1, 32, 32), 7, dtype=torch.uint8), epochs=2)
    assert [*found.values()] == pytest.approx([200 / 3] * 4)


def test_a_seed_alone_and_in_a_batch_of_three_agree(double):
    images = torch.randint(256, (60, 1, 32, 32), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    together, alone = errors((0, 1, 2), images, epochs=3), errors((2,), images, epochs=3)
    assert alone == {key: value for key, value in together.items() if key[0] == 2}


def test_the_encoder_is_trained_with_the_head():
    model = Classifier(spec_of((0,)), hidden=16, classes=3)
    model(torch.rand(1, 4, 1, 32, 32)).sum().backward()
    assert all(p.grad is not None and p.grad.any() for p in [*model.encoder.parameters()][:1])


def test_labelled_images_are_those_of_the_heads_on_codes():
    chosen = []

    class Recorder(Images):
        def train(self, index):
            chosen.append(index)
            return super().train(index)

    inputs = Recorder(bars(LABELS), bars(LABELS), seeds=1)
    list(supervise(spec_of((3,)), inputs, LABELS, LABELS, SETTINGS | {"budgets": [10], "epochs": 1}))
    subset = labelled_subset(LABELS.numpy(), 10, "stratified", 3)
    assert np.array_equal(torch.cat(chosen, 1)[0].sort().values, subset)


def test_the_rule_writes_every_budget_of_every_seed(tmp_path, monkeypatch):
    write_small_run(tmp_path)
    out = tmp_path / "supervise.csv"
    call(
        monkeypatch,
        main,
        spec=tmp_path / "spec.json",
        data=tmp_path / "data",
        settings=json.dumps(SETTINGS | {"epochs": 1}),
        device="cpu",
        out=out,
    )
    rows = read_rows(out)
    assert {(row["seed"], row["metric"]) for row in rows} == {
        (seed, f"error:{budget}:{kind}") for seed in "01" for budget in (10, 60) for kind in ("best", "last")
    }
    assert all(0 <= float(row["value"]) <= 100 for row in rows)
