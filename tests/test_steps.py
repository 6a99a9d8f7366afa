"""Steps in a row: each is taken once, in order; on a GPU a replayed graph ends where single steps end."""

import gc
import os
import signal
import threading
import weakref
from types import SimpleNamespace

import pytest
import torch
from paper_config import preset
from small_run import CPU, make_spec, pictures

from bench.engine import ensemble
from bench.engine.steps import PER_REPLAY, WARM_UP, Steps, concurrently, make_room, undisturbed
from bench.engine.training import PIECE, Result, Trainer
from bench.engine.trajectory import Looks, looked_at
from bench.job.command import unwind_when_cancelled

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


def test_nothing_is_collected_in_a_capture():
    with undisturbed():
        assert not gc.isenabled()
    assert gc.isenabled()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_what_tells_a_job_to_stop_in_a_capture_is_heard_right_after_it(number):
    captured, before = [], {each: signal.getsignal(each) for each in (signal.SIGTERM, signal.SIGINT)}
    unwind_when_cancelled()
    try:
        with pytest.raises(SystemExit) as end, undisturbed():
            # A job has other threads, and any of them may be the one that takes a signal.
            other = threading.Thread(target=os.kill, args=(os.getpid(), number))
            other.start()
            other.join()
            captured.append(True)
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
    assert captured and end.value.code == 128 + number and gc.isenabled()


@pytest.mark.parametrize(("free", "fits"), [(99, False), (100, True)])
def test_a_graph_that_would_not_fit_is_out_of_memory_before_its_capture(monkeypatch, free, fits):
    for name, value in (("empty_cache", None), ("max_memory_allocated", 300), ("memory_allocated", 200)):
        monkeypatch.setattr(torch.cuda, name, lambda value=value: value)
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda: (free, 1000))
    if fits:
        return make_room()
    with pytest.raises(torch.OutOfMemoryError, match="recording steps takes 100 bytes"):
        make_room()


def test_on_a_gpu_steps_are_taken_one_by_one_until_a_graph_can_hold_them(monkeypatch):
    taken, replayed = [], []
    monkeypatch.setattr(torch.cuda, "reset_peak_memory_stats", lambda: None)
    monkeypatch.setattr("bench.engine.steps.make_room", lambda: None)

    def capture(self, step, batches):
        self.inputs, self.graph = (
            [tensor.clone() for tensor in batches],
            SimpleNamespace(replay=lambda: replayed.append(1)),
        )

    monkeypatch.setattr(Steps, "_capture", capture)
    steps = Steps(record=True)
    for _ in range(2):
        steps.run(lambda index: taken.append(int(index)), torch.arange(2 * PER_REPLAY + 3))
    assert (len(taken), len(replayed)) == (2 * PER_REPLAY + 3 + 3, 2) and taken[-3:] == [20, 21, 22]


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
