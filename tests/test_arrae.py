"""aRRAE: the rank that training finds (arXiv 2405.13980)."""

import pytest
import torch
from small_run import interrupted, make_spec, pictures

from bench.engine.build import initial_model
from bench.engine.checkpoint import Checkpoint
from bench.engine.training import Result, Trainer, train


def adaptive(**options):
    usual = {"start": 8, "goal": 1.0, "window": 2, "patience": 2, "tolerance": 0.01}
    return initial_model(make_spec("arrae", **usual | options), 0)


def feed(model, *errors: float) -> list[bool]:
    """Tell a model the relative errors of steps."""
    return [model.after_step(torch.tensor(error**2)) for error in errors]


def test_the_rank_falls_while_the_error_is_below_the_goal_and_returns_by_one_when_it_is_stuck():
    model = adaptive()
    feed(model, 2.0, 2.0, 2.0, 2.0)  # stuck, but the goal was never reached
    assert model.rank == 8
    feed(model, 0.9, 0.9, 0.9)
    assert model.rank == 5
    good = [parameter.clone() for parameter in model.parameters()]
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(1.0)
    assert feed(model, 2.0, 3.0) == [False, True]  # above their mean twice
    assert model.rank == 6
    assert all(torch.equal(now, then) for now, then in zip(model.parameters(), good, strict=True))
    feed(model, 0.1, 0.1, 0.1)
    assert model.rank == 6  # found: nothing changes it


def test_an_error_that_still_falls_is_not_stuck():
    model = adaptive()
    feed(model, 0.9, *[2.0 - 0.1 * step for step in range(1, 9)])
    assert model.rank == 7 and not model.found


def test_the_rank_never_falls_below_one():
    model = adaptive(start=3)
    feed(model, *[0.5] * 10)
    assert model.rank == 1


def test_the_error_is_relative_to_the_training_images():
    model = adaptive()
    images = torch.full((3, 1, 32, 32), 51, dtype=torch.uint8)  # grey level 0.2
    assert model.fit(images)["energy"] == pytest.approx(0.04)


def test_seeds_find_ranks_of_their_own_and_the_optimiser_forgets_only_the_one_that_went_back():
    trainer = Trainer(make_spec("arrae", seeds=(0, 1), start=4), pictures())
    trainer.epoch(0, Result({}))
    trainer.ensemble.models[0].after_step = lambda loss: True
    trainer.step(torch.arange(8).expand(2, 8))
    moments = [trainer.ensemble.optimiser.state[own[0]]["exp_avg"].abs().sum() for own in trainer.ensemble.trained]
    assert moments[0] == 0 < moments[1]


@pytest.mark.parametrize("cut", [1, 2, 3])
def test_a_run_cut_before_or_after_settling_ends_as_an_uncut_one(cut, tmp_path, monkeypatch):
    quick = {"start": 6, "goal": 3.0, "window": 2, "patience": 2, "fine_tune": 0.5}
    spec, images = make_spec("arrae", seeds=(0, 1), epochs=4, **quick), pictures()
    whole = train(spec, images, Checkpoint(tmp_path / "whole", "d"))
    assert whole.state["rank"].min() < 6  # it has begun to adapt
    checkpoint = Checkpoint(tmp_path / "cut", "d")
    with monkeypatch.context() as patch:
        patch.setattr("bench.engine.training.CHECKPOINT_SECONDS", -1.0)
        patch.setattr(Trainer, "epoch", interrupted(Trainer.epoch, cut))
        with pytest.raises(KeyboardInterrupt):
            train(spec, images, checkpoint)
    again = train(spec, images, checkpoint)
    assert again.history == whole.history
    assert all(torch.equal(again.state[name], tensor) for name, tensor in whole.state.items())
