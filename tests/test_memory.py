"""Seeds that do not fit into a device's memory: trained in parts, with the same result."""

import pytest
import torch
from small_run import make_spec, pictures

from bench.engine import training
from bench.engine.training import train, train_within_memory
from bench.job.command import Stop


def fits(monkeypatch, seeds: int) -> list[tuple[int, ...]]:
    """Let training run out of memory with more seeds than these; return the list of the seeds it was tried with."""
    tried = []

    def start(spec, images):
        tried.append(spec.seeds)
        if len(spec.seeds) > seeds:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB.")
        return real(spec, images)

    real = training.start
    monkeypatch.setattr(training, "start", start)
    return tried


def test_seeds_that_do_not_fit_together_are_trained_in_halves_with_the_same_result(checkpoint, monkeypatch):
    whole = train(make_spec("vae", seeds=range(5)), pictures(), checkpoint)
    tried = fits(monkeypatch, 2)
    parts = train_within_memory(make_spec("vae", seeds=range(5)), pictures(), checkpoint)
    assert tried == [(0, 1, 2, 3, 4), (0, 1, 2), (0, 1), (2,), (3, 4)]
    assert parts.history == whole.history
    assert all(torch.equal(parts.state[name], whole.state[name]) for name in whole.state)


def test_a_seed_that_does_not_fit_alone_stops_in_one_line(checkpoint, monkeypatch):
    fits(monkeypatch, 0)
    with pytest.raises(Stop, match=r"^digits/ae seeds 0 does not fit .*: CUDA out of memory; use a larger GPU"):
        train_within_memory(make_spec(seeds=(0, 1)), pictures(), checkpoint)
