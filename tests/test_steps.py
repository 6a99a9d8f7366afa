"""Steps in a row: each is taken once, in order; on a GPU a replayed graph ends where single steps end."""

import pytest
import torch
from small_run import CPU, make_spec, pictures

from bench.engine.steps import PER_REPLAY, WARM_UP, Steps, concurrently
from bench.engine.training import Result, Trainer

GPU = pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device on this machine")


def test_every_row_is_a_step_in_order():
    seen = []
    steps = Steps(lambda index, noise: seen.append((index.item(), noise.item())), record=False)
    steps.run(torch.arange(3), torch.arange(3) * 10)
    steps.run(torch.arange(3, 4), torch.full((1,), 30))
    assert seen == [(0, 0), (1, 10), (2, 20), (3, 30)]


def test_concurrent_tasks_return_in_order():
    assert [int(t) for t in concurrently([lambda i=i: torch.tensor(i) for i in range(3)], CPU)] == [0, 1, 2]


@GPU
@pytest.mark.parametrize(("model", "options"), [("irmae", {"depth": 3}), ("vae", {})])
def test_replayed_steps_end_where_single_steps_end(model, options, monkeypatch):
    images = pictures(8 * (3 * PER_REPLAY + WARM_UP)).cuda()
    spec = make_spec(model, seeds=(0, 1), **options)
    replayed = Trainer(spec, images)
    history = [replayed.epoch(number, Result({})) for number in range(2)]
    assert replayed.steps.graph is not None
    monkeypatch.setattr(Steps, "_replay", lambda self, batches: 0)
    single = Trainer(spec, images)
    assert history == [pytest.approx(single.epoch(number, Result({})), rel=1e-3) for number in range(2)]
    for name, tensor in single.ensemble.state().items():
        assert torch.allclose(replayed.ensemble.state()[name], tensor, rtol=1e-3, atol=1e-4), name


@GPU
def test_a_gpu_trains_as_the_plain_loop_on_a_cpu():
    spec, images = make_spec("irmae", seeds=(0, 1), depth=2), pictures()
    losses = [Trainer(spec, where).epoch(0, Result({})) for where in (images, images.cuda())]
    assert losses[1] == pytest.approx(losses[0], rel=1e-3)
