"""What surrounds steps that a GPU records, with a stand-in for it: memory, signals, how far the host is ahead."""

import gc
import itertools
import os
import signal
import threading
from types import SimpleNamespace

import pytest
import torch

from bench.engine.steps import PER_REPLAY, Steps, make_room, undisturbed, wait_for
from bench.job.command import unwind_when_cancelled


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


@pytest.mark.parametrize(
    ("free", "short", "problem"),
    [(99, 0, "recording steps takes 100 bytes"), (100, 0, None), (100, 1, "ran short of a GPU's memory")],
)
def test_a_graph_that_would_not_fit_is_out_of_memory_before_its_capture(monkeypatch, free, short, problem):
    for name, value in (("empty_cache", None), ("max_memory_reserved", 300), ("memory_reserved", 200)):
        monkeypatch.setattr(torch.cuda, name, lambda value=value: value)
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda: (free, 1000))
    monkeypatch.setattr(torch.cuda, "memory_stats", lambda: {"num_alloc_retries": short})
    if problem is None:
        return make_room()
    with pytest.raises(torch.OutOfMemoryError, match=problem):
        make_room()


@pytest.fixture
def asked(monkeypatch) -> list[str]:
    """What a device would be asked to do, in order, by steps that are recorded."""
    names, numbers = [], itertools.count()

    def event(blocking):
        number = next(numbers)
        return SimpleNamespace(
            record=lambda: names.append(f"queue {number}"), synchronize=lambda: names.append(f"wait {number}")
        )

    def capture(self, step, batches):
        self.inputs, self.graph = [*batches], SimpleNamespace(replay=lambda: names.append("replay"))

    for name in ("empty_cache", "reset_peak_memory_stats", "reset_accumulated_memory_stats"):
        monkeypatch.setattr(torch.cuda, name, lambda name=name: names.append(name))
    monkeypatch.setattr(torch.cuda, "Event", event)
    monkeypatch.setattr("bench.engine.steps.make_room", lambda: None)
    monkeypatch.setattr(Steps, "_capture", capture)
    return names


def test_on_a_gpu_steps_are_taken_one_by_one_until_a_graph_can_hold_them(asked):
    taken, steps = [], Steps(record=True)
    for _ in range(2):
        steps.run(lambda index: taken.append(int(index)), torch.arange(2 * PER_REPLAY + 3))
    assert (len(taken), asked.count("replay")) == (2 * PER_REPLAY + 3 + 3, 2) and taken[-3:] == [20, 21, 22]


def test_a_device_s_peak_memory_is_that_of_the_steps_last_taken(asked):
    steps = Steps(record=True)
    for _ in range(2):
        steps.run(lambda index: asked.append("step"), torch.arange(2))
    Steps(record=True)  # as after the last epoch
    assert asked[:4] == ["empty_cache", "reset_peak_memory_stats", "reset_accumulated_memory_stats", "step"]
    assert asked.count("reset_peak_memory_stats") == 1


def test_the_host_is_ahead_of_a_gpu_by_the_steps_of_one_call_at_most(asked):
    steps = Steps(record=True)
    for _ in range(3):
        steps.run(lambda index: None, torch.arange(2))
    assert asked[3:] == ["queue 0", "queue 1", "wait 0", "queue 2", "wait 1"]


@pytest.mark.parametrize(("kind", "times"), [("cpu", 0), ("cuda", 1)])
def test_only_a_gpu_is_waited_for(kind, times, monkeypatch):
    waited = []
    monkeypatch.setattr(torch.cuda, "synchronize", waited.append)
    wait_for(torch.device(kind))
    assert len(waited) == times
