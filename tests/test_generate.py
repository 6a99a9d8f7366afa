"""Rule `generate`: samples of both densities and what they score, interpolations, the images of Figures 6 and 7."""

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file
from safetensors.torch import save_file
from small_run import CPU, DATA, LATENT, SHAPE, make_spec, read_rows, specification, write_small_run

from bench.datasets import linear
from bench.engine.build import decode
from bench.generate import SHOWN, generate, main
from bench.measures.base.features import (
    Reference,
    features_to_fid,
    features_to_kid,
    features_to_precision_recall,
    images_to_features,
    load_extractor,
)
from bench.measures.base.interpolation import Scale
from bench.measures.base.pairs import drawn_pairs, rms
from bench.records.files import read_origin, sha256
from benchmarks.random_network import write_random_in_domain

COUNT = 120
SAMPLE = {"count": COUNT, "covariance_floor": 1e-6}
DENSITIES = ("gaussian", "gmm")
DIVERGED = 1
SCALE = Scale(0.5, 2.0)
PAIRS = 15


def test_a_seed_is_the_same_whatever_batch_it_is_in():
    codes = np.random.default_rng(0).normal(size=(3, 100, 4)).astype(np.float32)
    codes[DIVERGED, 0] = np.nan
    together, rows = generate(make_spec(seeds=(0, 1, 2)), codes, 2, SAMPLE, CPU)
    alone, row = generate(make_spec(seeds=(2,)), codes[2:], 2, SAMPLE, CPU)
    for density in DENSITIES:
        assert together[density].shape == (3, COUNT, 4)
        assert np.array_equal(together[density][2], alone[density][0])
        assert [np.isnan(drawn).all() for drawn in together[density]] == [False, True, False]
    assert set(row) <= set(rows) and len(rows) == 3 * len(row)
    assert {seed for seed, _, value in rows if np.isnan(value)} == {DIVERGED}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A small run of which one seed diverged, sampled from: its folder and its models."""
    folder = tmp_path_factory.mktemp("run")
    _, models = write_small_run(folder, diverged=DIVERGED)
    write_random_in_domain(folder / "network.safetensors")
    network = {"extractor": "in_domain", "weights_sha256": sha256(folder / "network.safetensors")}
    features = {split: torch.rand(n, 64) for split, n in (("train", 30), ("test", 50))}
    kept = features | {"interpolation_fid": torch.tensor(SCALE, dtype=torch.float64)}
    save_file(kept, folder / "reference.safetensors", network)
    main(
        spec=specification(),
        components=2,
        sample=SAMPLE,
        extractor="in_domain",
        against="test",
        pairs=PAIRS,
        model=folder / "model.safetensors",
        codes=folder / "codes",
        data=folder / "data",
        reference=folder / "reference.safetensors",
        network=folder / "network.safetensors",
        samples=folder / "samples.safetensors",
        metrics=folder / "generate.csv",
        images=folder / "images",
        device=CPU,
    )
    return folder, models, features


def test_samples_are_those_of_the_densities_of_the_training_codes(run):
    folder, *_ = run
    drawn, _ = generate(make_spec(), np.load(folder / "codes" / "train.npy"), 2, SAMPLE, CPU)
    written = load_file(folder / "samples.safetensors")
    assert written.keys() == drawn.keys() == set(DENSITIES)
    for density, z in written.items():
        assert z.shape == (2, COUNT, LATENT) and np.array_equal(z, drawn[density], equal_nan=True)


@pytest.mark.parametrize("density", DENSITIES)
def test_distances_are_those_of_the_decoded_samples_from_the_reference_split(run, density):
    folder, models, kept = run
    reference = kept["test"]
    decoded = decode(models[0], load_file(folder / "samples.safetensors")[density][0], CPU)
    extractor = load_extractor("in_domain", folder / "network.safetensors", CPU)
    features = images_to_features(decoded, extractor, CPU)
    values = read_rows(folder / "generate.csv")
    assert float(values[0, f"fid:{density}"]) == pytest.approx(features_to_fid(features, Reference(reference)))
    assert float(values[0, f"kid:{density}"]) == pytest.approx(features_to_kid(features, reference))
    shares = [float(values[0, f"{name}:{density}"]) for name in ("precision", "recall")]
    assert shares == pytest.approx(features_to_precision_recall(features, reference))
    images = np.load(folder / "images" / f"{density}.npy")
    assert images.shape == (2, SHOWN, *SHAPE) and images.dtype == np.uint8
    assert np.array_equal(images[0], decoded[:SHOWN]) and not images[DIVERGED].any()


def test_a_diverged_seed_has_every_number_of_the_others_and_none_but_counts(run):
    values = read_rows(run[0] / "generate.csv")
    names = {seed: {name for of, name in values if of == seed} for seed in (0, DIVERGED)}
    assert names[0] == names[DIVERGED]
    counts = {"count:samples", "count:reference", "count:pairs"}
    assert {name for name in names[DIVERGED] if values[DIVERGED, name]} == counts
    for seed in names:
        found = [float(values[seed, name]) for name in ("count:samples", "count:reference", "count:pairs")]
        assert found == [COUNT, 50, PAIRS]


def test_the_middle_of_two_codes_is_held_against_the_training_images_and_the_true_image(run):
    folder, models, reference = run
    pairs = drawn_pairs("scored pairs", PAIRS, DATA["test"])
    z = np.load(folder / "codes" / "test.npy")[0][pairs]
    extractor = load_extractor("in_domain", folder / "network.safetensors", CPU)
    values = read_rows(folder / "generate.csv")
    for name, codes in (("middle", z.mean(1)), ("ends", z[:, 0])):
        features = images_to_features(decode(models[0], codes, CPU), extractor, CPU)
        expected = SCALE.share(features_to_fid(features, Reference(reference["train"])))
        assert float(values[0, f"interpolation:{name}"]) == pytest.approx(expected, rel=1e-4)
    error = rms(decode(models[0], z.mean(1), CPU), linear.midpoints(pairs, **DATA)).mean()
    assert float(values[0, "midpoint_error"]) == pytest.approx(error, abs=1e-4)


def test_numbers_say_which_networks_features_they_are_of(run):
    origin = read_origin(run[0] / "generate.csv")
    assert origin["extractor"] == "in_domain" and origin["weights_sha256"] == sha256(run[0] / "network.safetensors")
    assert origin["step"] == "generate" and origin["spec_sha256"] == make_spec().digest
