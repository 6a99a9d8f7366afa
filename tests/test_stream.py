import numpy as np

from bench.records.stream import stream, stream_seed


def test_the_same_axes_give_the_same_numbers():
    assert np.array_equal(stream(3, "order", 7).integers(100, size=50), stream(3, "order", 7).integers(100, size=50))


def test_every_axis_changes_the_stream():
    axes = [
        (0, "order", 1),
        (1, "order", 1),
        (0, "noise", 1),
        (0, "order", 2),
        (0, "order", "1"),
        (0, "order"),
    ]
    assert len({stream_seed(*axis) for axis in axes}) == len(axes)


def test_a_numpy_integer_seed_names_the_same_stream():
    assert stream_seed(np.int64(4), "weights") == stream_seed(4, "weights")


def test_seeds_fit_what_torch_accepts():
    assert all(0 <= stream_seed(seed, "weights") < 2**63 for seed in range(200))
