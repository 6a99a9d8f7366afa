import numpy as np
import pytest
from small_run import CPU, LATENT, write_small_run

from bench.encode import encode_data
from bench.measures.spectrum import codes_to_spectrum, effective_rank, measure, spectrum


def codes_of(variances, n=4) -> np.ndarray:
    """Codes whose sample covariance is exactly diag(variances): +-1 columns of a Hadamard matrix, scaled."""
    hadamard = np.array([[1.0]])
    while len(hadamard) <= max(n, len(variances)):
        hadamard = np.block([[hadamard, hadamard], [hadamard, -hadamard]])
    rows = len(hadamard)
    return hadamard[:, 1 : len(variances) + 1] * np.sqrt(np.array(variances) * (rows - 1) / rows)


def metrics(z, thresholds=(0.01, 0.001)) -> dict[str, float]:
    return dict(spectrum(z, list(thresholds)))


def test_singular_values_are_the_variances_sorted_and_divided_by_the_largest():
    largest, values = codes_to_spectrum(codes_of([1.0, 4.0, 2.0]))
    assert largest == pytest.approx(4.0)
    assert values == pytest.approx([1.0, 0.5, 0.25])


def test_neither_a_rotation_nor_a_shift_nor_a_scale_changes_the_spectrum():
    z = codes_of([3.0, 1.0, 0.5, 0.1])
    rotation = np.linalg.qr(np.random.default_rng(0).normal(size=(4, 4)))[0]
    assert codes_to_spectrum(7 + 1e-3 * z @ rotation)[1] == pytest.approx(codes_to_spectrum(z)[1])


def test_effective_rank_is_d_when_isotropic_and_one_on_a_line():
    assert metrics(codes_of([2.0] * 6))["effective_rank"] == pytest.approx(6)
    line = np.outer(np.arange(9.0), [1.0, 2.0, 0.0])
    assert metrics(line)["effective_rank"] == pytest.approx(1)
    assert metrics(line)["rank:0.001"] == 1


def test_effective_rank_of_two_unequal_values():
    p = np.array([0.8, 0.2])
    assert effective_rank(np.array([1.0, 0.25])) == pytest.approx(np.exp(-(p * np.log(p)).sum()))


def test_redundant_coordinates_add_no_rank():
    z = codes_of([2.0, 1.0])
    assert metrics(np.hstack([z, z]))["effective_rank"] == pytest.approx(metrics(z)["effective_rank"])


def test_ranks_count_values_above_the_threshold_only():
    values = metrics(codes_of([1.0, 0.5, 0.02, 0.005, 0.0001]))
    assert (values["rank:0.01"], values["rank:0.001"]) == (3, 4)


def test_a_value_equal_to_the_threshold_does_not_count():
    z = codes_of([1.0, 0.5, 0.25])
    tie = codes_to_spectrum(z)[1][1]
    assert metrics(z, [tie])[f"rank:{tie:g}"] == 1
    assert metrics(z, [np.nextafter(tie, 0)])[f"rank:{tie:g}"] == 2


def test_constant_codes_have_rank_zero():
    values = metrics(np.ones((5, 3), dtype=np.float32))
    assert values["effective_rank"] == values["rank:0.01"] == values["largest_singular_value"] == 0


def test_a_diverged_seed_has_no_numbers():
    z = codes_of([1.0, 1.0])
    z[0, 0] = np.nan
    assert np.isnan([*metrics(z).values()]).all()
    assert metrics(z).keys() == metrics(codes_of([1.0, 1.0])).keys()


def test_of_a_model_with_a_posterior_the_ranks_of_drawn_codes_stand_beside(tmp_path):
    spec, _ = write_small_run(tmp_path, "vae", beta=0.1)
    run = encode_data(spec, tmp_path / "model.safetensors", tmp_path / "data", CPU)[0]
    values = dict(measure(run, thresholds=[0.01]))
    drawn = metrics(run.drawn("test"))
    assert {name for name in values if name.startswith("sampled:")} == {"sampled:rank:0.01", "sampled:effective_rank"}
    assert values["sampled:effective_rank"] == drawn["effective_rank"]
    # Untrained, the noise of variance 1 drowns the means, and uses the whole code.
    assert values["sampled:rank:0.01"] == LATENT and values["effective_rank"] < 3
