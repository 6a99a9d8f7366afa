"""Rule `encode`: codes, the measures that it takes along, and the images of Figures 3, 5 and 8."""

import numpy as np
import pytest
import torch
from small_run import CPU, DATA, LATENT, SHAPE, read_rows, specification, write_small_run

from bench.encode import main
from bench.engine.build import decode
from bench.measures.spectrum import spectrum
from bench.records.stream import stream

MEASURES = {"reconstruction": {}, "spectrum": {"thresholds": [0.01]}}
PICTURES = {"interpolate": {"pairs": 3, "steps": 4}, "pca_grid": {"size": 5, "extent": 2.0}}
DIVERGED = 1


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A small run of which one seed diverged, encoded: its folder and its models."""
    folder = tmp_path_factory.mktemp("run")
    _, models = write_small_run(folder, diverged=DIVERGED)
    main(
        spec=specification(),
        measures=MEASURES,
        **PICTURES,
        model=folder / "model.safetensors",
        data=folder / "data",
        codes=folder / "encoded",
        metrics=folder / "encode.csv",
        images=folder / "images",
        device=CPU,
    )
    return folder, models


@pytest.fixture(scope="module")
def values(run):
    """The numbers of the seed that did not diverge."""
    return {name: float(value) for (seed, name), value in read_rows(run[0] / "encode.csv").items() if seed != DIVERGED}


def test_codes_are_those_of_the_models_for_every_image(run):
    folder, _ = run
    for split, count in (("train", DATA["train"]), ("test", DATA["test"])):
        codes = np.load(folder / "encoded" / f"{split}.npy")
        assert codes.shape == (2, count, LATENT) and np.isnan(codes[DIVERGED]).all()
        assert np.array_equal(codes, np.load(folder / "codes" / f"{split}.npy"), equal_nan=True)


def test_the_reconstruction_is_that_of_the_test_images(run, values):
    folder, models = run
    x = torch.from_numpy(np.load(folder / "data" / "test.npy")) / 255
    error = (models[0].decode(models[0].encode(x)) - x).square().mean().item()
    assert values["mse"] == pytest.approx(error, rel=1e-5)
    assert values["explained_variance"] == pytest.approx(1 - error / x.var(0, correction=0).mean().item(), rel=1e-5)


def test_the_spectrum_is_that_of_the_test_codes(run, values):
    expected = dict(spectrum(np.load(run[0] / "codes" / "test.npy")[0], [0.01]))
    assert {name: values[name] for name in expected} == pytest.approx(expected)


def test_a_diverged_seed_has_the_name_of_every_number_and_no_number(run, values):
    lost = {name: value for (seed, name), value in read_rows(run[0] / "encode.csv").items() if seed == DIVERGED}
    assert lost.keys() == values.keys()
    assert not any(lost.values())


def test_strips_go_from_one_reconstruction_to_another_and_a_diverged_seed_is_black(run):
    folder, models = run
    images = np.load(folder / "images" / "interpolate.npy")
    assert images.shape == (2, 3, 4, *SHAPE) and images.dtype == np.uint8
    pairs = stream(0, "pairs").choice(DATA["test"], size=(3, 2), replace=False)
    reconstructions = decode(models[0], np.load(folder / "codes" / "test.npy")[0], CPU)
    # float32 rounds sums of a batch in an order of its own: at most one grey level.
    difference = images[0][:, [0, -1]].astype(int) - reconstructions[pairs]
    assert np.abs(difference).max() <= 1
    assert images[0].any() and not images[DIVERGED].any()


def test_the_middle_of_a_grid_is_the_mean_code_of_the_training_images_and_a_diverged_seed_is_black(run):
    folder, models = run
    images = np.load(folder / "images" / "pca_grid.npy")
    assert images.shape == (2, 5, 5, *SHAPE) and images.dtype == np.uint8
    mean = np.load(folder / "codes" / "train.npy")[0].mean(0, keepdims=True)
    assert np.abs(images[0, 2, 2].astype(int) - decode(models[0], mean, CPU)[0]).max() <= 1
    assert not images[DIVERGED].any()
