"""Rule `fid_extractor`: a small classifier whose features stand in for Inception's."""

import numpy as np
import pytest
import torch
from safetensors import safe_open
from small_run import CPU

from bench.fid_extractor import fid_extractor, main
from bench.fid_extractor import test_error as percent_wrong
from bench.job.command import Stop
from bench.measures.base.features import images_to_features, load_extractor
from bench.records.files import write_array


def bright_or_dark(count, channels=1, side=32, seed=0) -> tuple[torch.Tensor, torch.Tensor]:
    """Images of two classes that a look at one pixel tells apart."""
    labels = torch.arange(count) % 2
    generator = torch.Generator().manual_seed(seed)
    noise = torch.randint(100, (count, channels, side, side), dtype=torch.uint8, generator=generator)
    return noise + 150 * labels.to(torch.uint8).view(-1, 1, 1, 1), labels


@pytest.mark.parametrize(("channels", "side"), [(1, 32), (3, 64)])
def test_it_learns_what_can_be_told_apart(channels, side):
    network = fid_extractor(*bright_or_dark(256, channels, side), epochs=5)
    assert percent_wrong(network, *bright_or_dark(64, channels, side, seed=1)) == 0


def test_it_cannot_learn_what_no_pixel_tells():
    images, labels = bright_or_dark(256)
    network = fid_extractor(images, labels, epochs=5)
    assert percent_wrong(network, images, 1 - labels) == 100
    assert percent_wrong(network, images, torch.arange(256) // 2 % 2) == 50


def test_no_epoch_leaves_the_initial_weights_and_another_changes_them():
    states = [fid_extractor(*bright_or_dark(64), epochs).state_dict() for epochs in (0, 1)]
    assert all(not torch.equal(states[0][name], states[1][name]) for name in states[0])


def test_training_twice_gives_the_same_network_and_leaves_the_global_generator_alone():
    torch.manual_seed(1)
    before = torch.get_rng_state()
    first = fid_extractor(*bright_or_dark(200), epochs=2).state_dict()
    assert torch.equal(torch.get_rng_state(), before)
    torch.manual_seed(2)
    second = fid_extractor(*bright_or_dark(200), epochs=2).state_dict()
    assert all(torch.equal(first[name], second[name]) for name in first)


def test_tf32_is_off_where_features_are_scaled_and_errors_computed_and_on_in_training(convolved):
    network = fid_extractor(*bright_or_dark(64), epochs=1)
    assert set(convolved) == {(True, True), (False, False)}
    convolved.clear()
    percent_wrong(network, *bright_or_dark(64))
    assert set(convolved) == {(False, False)} and torch.backends.cudnn.allow_tf32


def write_data(folder, labels=None) -> None:
    for split, count in (("train", 256), ("test", 64)):
        images, own = bright_or_dark(count)
        write_array(folder / f"{split}.npy", images.numpy())
        write_array(folder / f"{split}_labels.npy", own.numpy() if labels is None else np.full(count, labels))


def run_rule(folder):
    main(epochs=5, data=folder, weights=folder / "weights.safetensors", device=CPU)
    return folder / "weights.safetensors"


def test_the_rule_writes_weights_that_torch_fidelity_reads_and_their_error(tmp_path):
    write_data(tmp_path)
    out = run_rule(tmp_path)
    with safe_open(out, framework="pt") as file:
        assert file.metadata() == {"test_error_percent": "0.00"}
    images = np.load(tmp_path / "test.npy")
    features = images_to_features(images, load_extractor("in_domain", out, CPU), CPU)
    network = fid_extractor(*bright_or_dark(256), epochs=5)
    expected = network.features((torch.from_numpy(images) / 255).expand(-1, 3, -1, -1))
    assert torch.allclose(features, expected, rtol=1e-4, atol=1e-5)


def test_a_data_set_of_one_class_stops_and_names_the_way_out(tmp_path):
    write_data(tmp_path, labels=0)
    with pytest.raises(Stop, match=f"{tmp_path}: .* set fid.extractor to inception"):
        run_rule(tmp_path)
    assert not (tmp_path / "weights.safetensors").exists()


def test_features_have_unit_size_whatever_training_made_of_them():
    images = torch.randint(256, (600, 1, 32, 32), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    network = fid_extractor(images, torch.arange(600) % 3, epochs=1)
    x = (images / 255).expand(-1, 3, -1, -1)
    assert network.features(x).square().mean().item() == pytest.approx(1, rel=1e-3)
