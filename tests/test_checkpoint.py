"""Checkpoints: a cut training goes on and ends as an uncut one, and no other's or damaged one is used."""

import dataclasses
import itertools
import os
import signal

import pytest
import torch
from small_run import make_spec, pictures

from bench.engine.checkpoint import Checkpoint
from bench.engine.training import Result, Trainer, train
from bench.engine.trajectory import Looks
from bench.job.command import unwind_when_cancelled


def test_a_run_goes_on_from_its_checkpoint_bit_for_bit(checkpoint, monkeypatch):
    monkeypatch.setattr("bench.engine.training.CHECKPOINT_SECONDS", -1.0)
    spec, images = make_spec("vae", seeds=(0, 1), epochs=4), pictures()
    train(dataclasses.replace(spec, training=dataclasses.replace(spec.training, epochs=2)), images, checkpoint)
    resumed = train(spec, images, checkpoint)
    checkpoint.remove()
    whole = train(spec, images, checkpoint)
    assert resumed.history == whole.history
    assert all(torch.equal(resumed.state[name], whole.state[name]) for name in whole.state)


def seen(model):
    return {"weight": next(model.parameters()).sum().item()}


@pytest.mark.parametrize("stop", [1, 5, 7])
def test_told_to_stop_it_keeps_every_step_and_goes_on_bit_for_bit(checkpoint, stop):
    spec, images = make_spec("vae", seeds=(0, 1), epochs=2), pictures()  # 5 steps an epoch
    whole = train(spec, images, checkpoint, Looks(frozenset({stop, 10}), seen))

    def told(model):
        os.kill(os.getpid(), signal.SIGTERM)
        return seen(model)

    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    unwind_when_cancelled()
    try:
        with pytest.raises(SystemExit):
            train(spec, images, checkpoint, Looks(frozenset({stop, 10}), told))
        assert checkpoint.load()[1]["within"] == stop % 5
        resumed = train(spec, images, checkpoint, Looks(frozenset({stop, 10}), seen))
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    assert (resumed.history, resumed.trajectory) == (whole.history, whole.trajectory)
    assert all(torch.equal(resumed.state[name], tensor) for name, tensor in whole.state.items())


def test_checkpoints_take_a_twentieth_of_the_time_at_most(checkpoint, monkeypatch):
    clock = itertools.count()  # a second passes whenever it is looked at, and nine with a checkpoint
    saved = []

    def save(tensors, notes):
        saved.append((next(clock), [next(clock) for _ in range(9)][-1]))

    monkeypatch.setattr("bench.engine.training.time.monotonic", lambda: float(next(clock)))
    monkeypatch.setattr(checkpoint, "save", save)
    train(make_spec("ae", seeds=(0,), epochs=300), pictures(16), checkpoint)
    taken, gaps = [end - begun for begun, end in saved], [b[0] - a[1] for a, b in itertools.pairwise(saved)]
    assert len(saved) > 3 and all(gap >= 20 * took for gap, took in zip(gaps, taken[:-1], strict=True))


def test_every_tensor_goes_to_main_memory_before_it_is_stacked(monkeypatch):
    trainer, moved = Trainer(make_spec(seeds=(0, 1)), pictures(8)), []
    trainer.epoch(0, Result({}))
    monkeypatch.setattr(torch.Tensor, "cpu", lambda self: moved.append(self.shape) or self)
    kept = trainer.ensemble.tensors()
    own = trainer.ensemble.models[0].state_dict()
    singly = [tensor.shape for tensor in own.values() for _ in range(2)]
    assert moved == singly + [tensor.shape for name, tensor in kept.items() if name not in own]


def test_a_checkpoint_of_another_digest_or_a_damaged_one_is_not_used(checkpoint, tmp_path, capsys):
    checkpoint.save({"a": torch.ones(2)}, {"history": []})
    assert checkpoint.load()[0]["a"].tolist() == [1, 1]
    assert Checkpoint(tmp_path / "checkpoint", "other").load() == ({}, {})
    whole = checkpoint.path.read_bytes()
    for damaged in (whole[:20], whole[:-1] + b"!", b""):
        checkpoint.path.write_bytes(damaged)
        assert checkpoint.load() == ({}, {})
        assert "damaged" in capsys.readouterr().out
