"""Seeds that do not fit into a device's memory: trained in parts, with the same result; and how much they need."""

from dataclasses import replace

import pytest
import torch
from test_train import make_spec, pictures

import bench.engine.training
from bench.engine.build import evaluation_memory, initial_model
from bench.engine.checkpoint import Checkpoint
from bench.engine.memory import CUDA, training_memory
from bench.job.command import Stop
from bench.models.base.autoencoder import count_parameters
from bench.train import train, train_within_memory


@pytest.fixture
def checkpoint(tmp_path) -> Checkpoint:
    return Checkpoint(tmp_path / "checkpoint", "digest")


def fits(monkeypatch, seeds: int) -> list[tuple[int, ...]]:
    """Let training run out of memory with more seeds than these; return the list of the seeds it was tried with."""
    tried = []

    def start(spec, images):
        tried.append(spec.seeds)
        if len(spec.seeds) > seeds:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB.")
        return real(spec, images)

    real = bench.engine.training.start
    monkeypatch.setattr("bench.engine.training.start", start)
    return tried


def test_seeds_that_do_not_fit_together_are_trained_in_halves_with_the_same_result(checkpoint, monkeypatch):
    whole = train(make_spec("vae"), pictures(), checkpoint)
    tried = fits(monkeypatch, 2)
    parts = train_within_memory(make_spec("vae"), pictures(), checkpoint)
    assert tried == [(0, 1, 2, 3, 4), (0, 1, 2), (0, 1), (2,), (3, 4)]
    assert parts.history == whole.history
    assert all(torch.equal(parts.state[name], whole.state[name]) for name in whole.state)


def test_a_seed_that_does_not_fit_alone_stops_in_one_line(checkpoint, monkeypatch):
    fits(monkeypatch, 0)
    with pytest.raises(Stop, match=r"^digits/ae seeds 0 does not fit .*: CUDA out of memory; use a larger GPU"):
        train_within_memory(make_spec(seeds=(0, 1)), pictures(), checkpoint)


def test_the_estimate_holds_what_every_seed_needs_and_the_images_once():
    images = torch.zeros(2**15, 1, 32, 32, dtype=torch.uint8).numpy()  # 32 MiB

    def estimate(model="ae", seeds=1, batch=2**12) -> int:
        spec = make_spec(model, seeds=range(seeds))
        return training_memory(replace(spec, training=replace(spec.training, batch=batch)), images)

    state = 4 * 4 * count_parameters(initial_model(make_spec(), 0)) / 2**20  # weight, gradient and two moments
    first_layer = 2**12 * 4 * 16 * 16 * 4 / 2**20  # its outputs, 4 channels of 16 x 16, as the next layer's inputs
    alone = estimate() - CUDA - 32
    assert alone > state + first_layer
    assert estimate(seeds=5) - CUDA - 32 == pytest.approx(5 * alone, abs=5)
    assert estimate(batch=2**11) - CUDA - 32 == pytest.approx(alone / 2, rel=0.1)
    assert estimate("vae") > estimate("ae")
    assert estimate("pca") == evaluation_memory()


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device on this machine")
def test_the_estimate_is_above_what_training_takes_on_a_gpu(checkpoint):
    spec, images = make_spec("irmae", depth=8), pictures(400)
    train(spec, images.cuda(), checkpoint)
    assert torch.cuda.max_memory_reserved() < training_memory(spec, images.numpy()) * 2**20
