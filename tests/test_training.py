"""The engine: a seed's result depends on the seed alone, and is that of a plain loop."""

import numpy as np
import pytest
import torch
from small_run import make_spec, pictures

from bench.engine.batches import epoch_order
from bench.engine.build import initial_model
from bench.engine.checkpoint import Checkpoint
from bench.engine.training import Result, Trainer, train

FIVE = range(5)


@pytest.mark.parametrize(("model", "options"), [("irmae", {"depth": 3}), ("vae", {})])
def test_a_seed_alone_and_in_a_batch_of_five_agree(model, options, double, checkpoint):
    batch = train(make_spec(model, seeds=FIVE, **options), pictures(), checkpoint)
    alone = train(make_spec(model, seeds=(3,), **options), pictures(), checkpoint.of((3,)))
    for name, tensor in alone.state.items():
        assert torch.allclose(tensor[0], batch.state[name][3], rtol=1e-9, atol=1e-12), name
    assert [epoch[3] for epoch in batch.history] == pytest.approx([epoch[0] for epoch in alone.history], rel=1e-6)


def test_training_equals_the_plain_loop(double, checkpoint):
    spec, images = make_spec("irmae", seeds=(2,), depth=2), pictures()
    trained = train(spec, images, checkpoint)
    model = initial_model(spec, 2)
    optimiser = torch.optim.Adam(model.parameters(), lr=spec.training.lr)
    for epoch in range(spec.training.epochs):
        for index in epoch_order(spec, len(images), epoch)[:, 0]:
            optimiser.zero_grad()
            model.loss(images[index].double() / 255, None).backward()
            optimiser.step()
    for name, parameter in model.named_parameters():
        assert torch.allclose(trained.state[name][0], parameter, rtol=1e-8, atol=1e-10), name


def test_the_loss_goes_down(checkpoint):
    history = np.array(train(make_spec(seeds=FIVE, epochs=8, lr=1e-2), pictures(), checkpoint).history)
    assert (history[-1] < 0.5 * history[0]).all()


def test_training_twice_gives_the_same_bits(tmp_path):
    runs = [train(make_spec("vae"), pictures(), Checkpoint(tmp_path / name, "d")) for name in "ab"]
    assert all(torch.equal(runs[0].state[name], runs[1].state[name]) for name in runs[0].state)


def test_fixed_matrices_stay_and_shared_ones_are_one(checkpoint):
    spec = make_spec("irmae", seeds=(0,), depth=3, chain="fixed")
    trained, initial = train(spec, pictures(), checkpoint).state, dict(initial_model(spec, 0).named_parameters())
    moved = {name for name, parameter in initial.items() if not torch.equal(trained[name][0], parameter)}
    assert moved == {name for name in initial if not name.startswith("chain")}
    assert [
        n for n in train(make_spec("irmae", depth=3, chain="shared"), pictures(), checkpoint).state if "chain" in n
    ] == ["chain.0.weight"]


@pytest.mark.parametrize("model", ["untrained", "pca"])
def test_controls_take_no_step(model, checkpoint):
    assert train(make_spec(model), pictures(), checkpoint).history == []


@pytest.mark.parametrize("model", ["ae", "vae"])
def test_one_diverged_seed_leaves_the_others_alone(model):
    spec, images = make_spec(model, seeds=(0, 1)), pictures()
    clean, broken = Trainer(spec, images), Trainer(spec, images)
    with torch.no_grad():
        broken.ensemble.models[0].encoder[0].weight.fill_(float("nan"))
    with_nan, without = Result({}), Result({})
    for number in range(2):
        broken.epoch(number, with_nan)
        clean.epoch(number, without)
    assert np.isnan(with_nan.history[-1][0]) and with_nan.history[-1][1] == without.history[-1][1]
    assert torch.equal(broken.ensemble.state()["decoder.0.weight"][1], clean.ensemble.state()["decoder.0.weight"][1])
