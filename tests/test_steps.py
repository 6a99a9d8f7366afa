"""Steps in a row: each is taken once, in order; on a GPU a replayed graph ends where single steps end."""

import gc
import weakref

import pytest
import torch
from paper_config import preset
from small_run import CPU, make_spec, pictures

from bench.engine import ensemble
from bench.engine.steps import PER_REPLAY, WARM_UP, Steps, concurrently
from bench.engine.training import PIECE, Result, Trainer
from bench.engine.trajectory import Looks, looked_at

GPU = pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device on this machine")


def test_every_row_is_a_step_in_order():
    seen = []
    steps = Steps(record=False)

    def step(index, noise):
        seen.append((index.item(), noise.item()))

    steps.run(step, torch.arange(3), torch.arange(3) * 10)
    steps.run(step, torch.arange(3, 4), torch.full((1,), 30))
    assert seen == [(0, 0), (1, 10), (2, 20), (3, 30)]


def test_concurrent_tasks_return_in_order():
    assert [int(t) for t in concurrently([lambda i=i: torch.tensor(i) for i in range(3)], CPU)] == [0, 1, 2]


@pytest.mark.parametrize(("model", "options", "times"), [("ae", {}, 2), ("rrae", {"rank": 2, "fine_tune": 0.5}, 0)])
def test_only_seeds_of_a_model_that_is_recorded_are_trained_side_by_side(model, options, times, monkeypatch):
    asked = []
    monkeypatch.setattr(ensemble, "concurrently", lambda *of: asked.append(1) or concurrently(*of))
    trainer = Trainer(make_spec(model, seeds=(0, 1), **options), pictures(8))
    epochs(trainer, 1)
    trainer.settle()
    epochs(trainer, 1)
    assert len(asked) == times


@GPU
@pytest.mark.parametrize(("model", "options"), [("irmae", {"depth": 3}), ("vae", {})])
def test_replayed_steps_end_where_single_steps_end(model, options, monkeypatch):
    images = pictures(8 * (3 * PER_REPLAY + WARM_UP)).cuda()
    spec = make_spec(model, seeds=(0, 1), **options)
    replayed = Trainer(spec, images)
    history = epochs(replayed, 2)
    assert replayed.steps.graph is not None
    monkeypatch.setattr(Steps, "_replay", lambda self, step, batches: 0)
    single = Trainer(spec, images)
    assert history == [pytest.approx(losses, rel=1e-3) for losses in epochs(single, 2)]
    for name, tensor in single.ensemble.state().items():
        assert nearly_all_equal(replayed.ensemble.state()[name], tensor), name


def epochs(trainer, count):
    """Train so many epochs and return their losses."""
    done = Result({})
    for number in range(count):
        trainer.epoch(number, done)
    return done.history


def nearly_all_equal(one, other):
    """Tell whether all but 1 % of entries agree: Adam turns the rounding of a gradient near 0 into a whole step."""
    return torch.isclose(one, other, rtol=1e-3, atol=1e-4).float().mean() > 0.99


@GPU
def test_a_gpu_trains_as_the_plain_loop_on_a_cpu():
    spec, images = make_spec("irmae", seeds=(0, 1), depth=2), pictures()
    losses = [epochs(Trainer(spec, where), 1) for where in (images, images.cuda())]
    assert losses[1][0] == pytest.approx(losses[0][0], rel=1e-3)


def test_a_trainer_that_is_let_go_is_gone_at_once_with_its_memory():
    gc.collect()
    gc.disable()
    try:
        trainer = Trainer(make_spec("irmae", seeds=(0, 1), depth=2), pictures())
        epochs(trainer, 1)
        held = weakref.ref(trainer)
        del trainer
        assert held() is None
    finally:
        gc.enable()


def test_on_a_gpu_gradients_do_not_outlive_their_step():
    trainer = Trainer(make_spec(seeds=(0, 1)), pictures(8))
    trainer.ensemble.side_by_side, trainer.ensemble.device = False, torch.device("cuda")
    epochs(trainer, 1)
    assert all(each.grad is None for model in trainer.ensemble.models for each in model.parameters())


def test_the_smoke_preset_replays_takes_a_rest_singly_and_settles_in_between():
    smoke = preset("smoke")
    training = smoke["training"]
    for dataset in smoke["datasets"]:
        steps = smoke["data"][dataset]["train"] // training["batch"]
        total = training["epochs"] * steps
        looks = Looks(looked_at(total, total, smoke["trajectory"]["points"]), lambda model: {})
        lengths = [len(part) for (part,) in looks.parts((torch.zeros(steps),), steps)]  # of the second epoch
        assert steps >= WARM_UP
        assert any(PER_REPLAY < length < PIECE for length in lengths)
    assert round(smoke["variants"]["arrae"]["fine_tune"] * training["epochs"]) == 1
