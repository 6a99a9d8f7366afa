"""The order of the images: that of the seed, every image once an epoch."""

import dataclasses

import torch
from small_run import make_spec

from bench.engine.batches import epoch_order

FIVE = range(5)


def test_batches_are_those_of_the_seed_for_every_variant():
    one, other = make_spec(seeds=FIVE), make_spec("irmae", seeds=(4, 1), depth=2)
    assert torch.equal(epoch_order(one, 43, 5)[:, [4, 1]], epoch_order(other, 43, 5))
    assert not torch.equal(epoch_order(one, 43, 5), epoch_order(one, 43, 6))


def test_an_epoch_visits_every_image_once_but_for_an_incomplete_last_batch():
    order = epoch_order(make_spec(seeds=FIVE), 43, 0)
    assert order.shape == (5, 5, 8)
    assert all(len(set(seed.flatten().tolist())) == 40 for seed in order.unbind(1))


def test_without_shuffling_images_come_in_order():
    spec = make_spec()
    spec = dataclasses.replace(spec, training=dataclasses.replace(spec.training, shuffle=False))
    assert torch.equal(epoch_order(spec, 43, 3)[:, 0].flatten(), torch.arange(40))
