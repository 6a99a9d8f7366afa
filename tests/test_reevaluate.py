"""The same models measured otherwise: each alternative against a truth that does not come from `reevaluate`."""

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from small_run import CPU, LATENT, SEEDS, read_rows, specification, write_small_run

from bench.engine.build import decode, load_models
from bench.measures.base.classification import Codes, classify
from bench.measures.base.densities import sample
from bench.measures.base.features import Reference, features_to_fid, images_to_features, load_extractor
from bench.records.files import sha256, write_array
from bench.reevaluate import Real, Run, crossed, generated, least_error, main, reevaluate
from benchmarks.random_network import write_random_in_domain

CLASSIFY = {
    "budgets": [10, 30], "subset": "stratified", "hidden": 16, "dropout": 0.0, "batch": 10, "epochs": 4,
    "least_steps": 1,
    "evaluate_every": 2, "lr": 1e-2, "most_steps": None,
}  # fmt: skip
SAMPLE = {"count": 100, "covariance_floor": 1e-6, "components": 2}


def run_of(folder, model="ae", **options) -> Run:
    spec, _ = write_small_run(folder, model, **options)
    return Run(
        spec, folder / "model.safetensors", folder / "codes", folder / "samples.safetensors", folder / "data", CPU
    )


@pytest.fixture
def irmae(tmp_path):
    return run_of(tmp_path, "irmae", depth=2)


@pytest.fixture
def real(tmp_path):
    """Reference features of both splits and the network, which is random."""
    weights = tmp_path / "weights.safetensors"
    write_random_in_domain(weights)
    generator = torch.Generator().manual_seed(0)
    features = {split: torch.rand(50, 64, generator=generator) for split in ("train", "test")}
    network = {"extractor": "in_domain", "weights_sha256": sha256(weights)}
    save_file(features, tmp_path / "reference.safetensors", network)
    references = {split: Reference(of_split) for split, of_split in features.items()}
    return Real(references, "test", load_extractor("in_domain", weights, CPU))


def test_the_chain_maps_the_codes_before_it_to_the_usual_ones(irmae):
    before, usual = irmae.codes("before_chain"), irmae.codes(None)
    for model, z, after in zip(irmae.models, before["test"], usual["test"], strict=True):
        matrix = model.chain[1].weight @ model.chain[0].weight
        assert np.allclose(z @ matrix.numpy().T, after, atol=1e-5)
        assert not np.allclose(z, after, atol=1e-2)


def test_models_without_a_chain_or_a_posterior_have_no_such_codes(tmp_path):
    run = run_of(tmp_path)
    assert run.codes("before_chain") is None and run.codes("posterior") is None


def test_codes_drawn_from_the_posterior_spread_about_its_mean_and_repeat(tmp_path):
    run = run_of(tmp_path, "vae", beta=0.1)
    drawn, mean = run.codes("posterior"), run.codes(None)
    images = torch.from_numpy(np.load(run.data / "train.npy")) / 255
    deviation = (run.models[0].posterior(images)[1] / 2).exp().numpy()
    noise = (drawn["train"][0] - mean["train"][0]) / deviation
    assert abs(noise.mean()) < 0.2 and abs(noise.std() - 1) < 0.1
    again = run.codes("posterior")
    assert all(np.array_equal(drawn[split], again[split]) for split in drawn)
    assert not np.allclose(drawn["train"][0][:40] - mean["train"][0][:40], drawn["test"][0] - mean["test"][0])


def test_of_the_test_images_both_splits_are_the_test_codes(irmae):
    codes = irmae.codes("test")
    assert np.array_equal(codes["train"], np.load(irmae.encoded / "test.npy"))


def alternatives(**parts):
    return {"alternatives": {"x": {"codes": None, "only_codes": False} | parts}, "crossed": None}


def test_a_classifier_trained_otherwise_is_the_usual_rule_with_other_settings(irmae, real):
    settings = CLASSIFY | {"dropout": 0.5}
    values = {(s, m): v for s, m, v in reevaluate(irmae, real, alternatives(classify=settings))}
    codes = Codes(*(torch.from_numpy(np.load(irmae.encoded / f"{split}.npy")) for split in ("train", "test")))
    labels = [torch.from_numpy(np.load(irmae.data / f"{split}_labels.npy")) for split in ("train", "test")]
    assert values == {(s, f"x/{m}"): v for s, m, v in classify(SEEDS, codes, *labels, settings)}


def test_an_alternative_that_only_changes_codes_a_model_lacks_is_left_out(tmp_path, real):
    run = run_of(tmp_path / "run")
    settings = alternatives(codes="before_chain", only_codes=True, classify=CLASSIFY)
    assert list(reevaluate(run, real, settings)) == []
    settings = alternatives(codes="before_chain", classify=CLASSIFY | {"dropout": 0.5})
    assert list(reevaluate(run, real, settings)) != []


def test_no_classifier_can_beat_the_share_of_classes_it_never_saw(irmae, real):
    write_array(irmae.data / "test_labels.npy", np.arange(40) % 10)
    write_array(irmae.data / "train_labels.npy", np.array([5, 0, 4, 1, 9, 2, 1, 3, 1, 4, *np.arange(50) % 10]))
    settings = CLASSIFY | {"subset": "first", "epochs": 50}
    values = {m: v for _, m, v in reevaluate(irmae, real, alternatives(classify=settings))}
    assert values["x/least_error:10"] == 30.0  # 6, 7 and 8 of ten equal classes
    assert values["x/least_error:30"] == 0.0
    assert values["x/error:10:best"] >= 30.0


def test_the_first_ten_labels_of_mnist_leave_29_6_percent_out_of_reach():
    first = np.array([5, 0, 4, 1, 9, 2, 1, 3, 1, 4])
    test = np.repeat(np.arange(10), [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009])  # of each digit
    assert least_error(first, test, 10) == pytest.approx(29.6)


def test_crossed_seeds_keep_their_codes_and_share_the_labels(irmae):
    rows = list(crossed(irmae, CLASSIFY, 3))
    codes = {split: np.load(irmae.encoded / f"{split}.npy") for split in ("train", "test")}
    labels = [torch.from_numpy(np.load(irmae.data / f"{split}_labels.npy")) for split in ("train", "test")]
    assert len(rows) == 3 * 2 * 2 * 3
    for draw in range(3):
        for seed in SEEDS:
            alone = Codes(*(torch.from_numpy(codes[split][[seed]]) for split in ("train", "test")))
            expected = [(f"crossed-{draw}/{m}", v) for _, m, v in classify((draw,), alone, *labels, CLASSIFY)]
            assert [(m, v) for s, m, v in rows if s == seed and m.startswith(f"crossed-{draw}/")] == expected


def test_another_reference_and_other_samples_are_measured_as_usual(irmae, real):
    z = torch.randn(2, 100, LATENT, generator=torch.Generator().manual_seed(1))
    save_file({"gmm": z}, irmae.samples)
    models = load_models(irmae.spec, irmae.weights, CPU)
    values = {(s, m): v for s, m, v in generated(irmae, real, {"reference": "train"}, irmae.codes(None))}
    features = images_to_features(decode(models[0], z[0], CPU), real.extractor, CPU)
    assert values[0, "fid:gmm"] == pytest.approx(features_to_fid(features, real.references["train"]))

    values = {(s, m): v for s, m, v in generated(irmae, real, {"count": 60}, irmae.codes(None))}
    features = images_to_features(decode(models[0], z[0, :60], CPU), real.extractor, CPU)
    assert values[0, "fid:gmm"] == pytest.approx(features_to_fid(features, real.references["test"]))

    codes = irmae.codes("test")
    values = {(s, m): v for s, m, v in generated(irmae, real, {"sample": SAMPLE}, codes)}
    drawn = sample(codes["test"][1], 2, SAMPLE, 1, CPU)[0]["gmm"]
    features = images_to_features(decode(models[1], drawn, CPU), real.extractor, CPU)
    assert values[1, "fid:gmm"] == pytest.approx(features_to_fid(features, real.references["test"]))


def test_the_rule_writes_every_alternative_by_name_and_a_diverged_seed_empty(tmp_path, real):
    write_small_run(tmp_path, diverged=1)
    main(
        spec=specification(),
        settings=alternatives(classify=CLASSIFY, sample=SAMPLE) | {"crossed": {"classify": CLASSIFY, "seeds": 2}},
        extractor="in_domain",
        against="test",
        model=tmp_path / "model.safetensors",
        codes=tmp_path / "codes",
        samples=tmp_path / "samples.safetensors",
        data=tmp_path / "data",
        reference=tmp_path / "reference.safetensors",
        network=tmp_path / "weights.safetensors",
        metrics=tmp_path / "reevaluate.csv",
        device=CPU,
    )
    values = read_rows(tmp_path / "reevaluate.csv")
    assert {name for _, name in values} >= {"x/error:10:best", "x/fid:gmm", "x/kid:gmm", "crossed-1/error:30:last"}
    assert {seed for (seed, _), value in values.items() if value == ""} == {1}
    assert {seed for (seed, _), value in values.items() if value != ""} == {0}
