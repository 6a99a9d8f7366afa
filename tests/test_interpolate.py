import json

import numpy as np
from small_run import CPU, SHAPE, call, write_small_run

from bench.interpolate import interpolate, main
from bench.run import decode
from bench.stream import stream


def test_a_line_starts_and_ends_at_codes_of_the_set_and_its_middle_is_their_mean():
    z = np.random.default_rng(0).normal(size=(20, 4))
    lines = interpolate(z, pairs=3, steps=5)
    assert lines.shape == (3, 5, 4)
    assert {tuple(code) for code in lines[:, [0, -1]].reshape(6, 4)} <= {tuple(code) for code in z}
    assert np.allclose(lines[:, 2], (lines[:, 0] + lines[:, -1]) / 2)
    assert np.allclose(np.diff(lines, axis=1), np.diff(lines, axis=1)[:, :1])


def test_no_image_is_taken_twice():
    z = np.arange(20.0)[:, None]
    ends = interpolate(z, pairs=10, steps=2)
    assert sorted(ends.ravel()) == z.ravel().tolist()


def test_variants_share_their_pairs():
    z = np.random.default_rng(0).normal(size=(20, 4))
    assert np.allclose(interpolate(-3 * z, 3, 5), -3 * interpolate(z, 3, 5))


def test_the_ends_are_the_reconstructions_of_the_pairs_and_a_diverged_seed_is_black(tmp_path, monkeypatch):
    _, models = write_small_run(tmp_path, diverged=1)
    out = tmp_path / "interpolate.npy"
    call(
        monkeypatch,
        main,
        spec=tmp_path / "spec.json",
        model=tmp_path / "model.safetensors",
        codes=tmp_path / "codes",
        settings=json.dumps({"pairs": 3, "steps": 4}),
        device="cpu",
        out=out,
    )
    images = np.load(out)
    assert images.shape == (2, 3, 4, *SHAPE) and images.dtype == np.uint8
    pairs = stream(0, "pairs").choice(40, size=(3, 2), replace=False)
    reconstructions = decode(models[0], np.load(tmp_path / "codes" / "test.npy")[0], CPU)
    # float32 rounds sums of a batch in an order of its own: at most one grey level.
    difference = images[0][:, [0, -1]].astype(int) - reconstructions[pairs]
    assert np.abs(difference).max() <= 1
    assert images[0].any() and not images[1].any()
