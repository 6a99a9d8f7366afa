from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from small_run import make_spec

from bench.engine.operations import training_operations
from workflow.plan import typed

ROOT = Path(__file__).resolve().parent.parent
DATA = typed(yaml.safe_load((ROOT / "config/config.yaml").read_text(encoding="utf-8")))["data"]
SMALL = {"family": "dense", "encoder": [4], "decoder": [4, 2], "decoder_relu": True}


def specification(shape, latent, architecture, model="ae", **options):
    return replace(make_spec(model, **options), shape=shape, latent=latent, architecture=architecture)


def test_a_small_network_counted_by_hand():
    """8x8 grey images: multiply-adds forward; backward two of each, but no gradient of the image itself."""
    spec = specification((1, 8, 8), 3, SMALL)
    convolution = 4 * 4 * (1 * 4) * (4 * 4)  # kernel, channels, positions of the output
    to_code = (4 * 4 * 4) * 3
    from_code = 3 * (4 * 4 * 4)
    transposed = 4 * 4 * (4 * 2) * (4 * 4)  # kernel, channels, positions of the input
    last = 1 * (2 * 1) * (8 * 8)
    forward = convolution + to_code + from_code + transposed + last
    assert training_operations(spec) == 2 * (3 * forward - convolution)


def test_a_chain_adds_its_matrices_and_a_fixed_one_no_gradient_of_them():
    spec = specification((1, 8, 8), 3, SMALL)
    plain = training_operations(spec)
    deep = replace(spec, model="irmae", options={"depth": 5})
    assert training_operations(deep) == plain + 5 * 2 * 3 * 3 * 3
    assert training_operations(replace(deep, options={"depth": 5, "chain": "fixed"})) == plain + 5 * 2 * 2 * 3 * 3


@pytest.mark.parametrize("model", ["pca", "untrained"])
def test_what_is_not_trained_takes_nothing(model):
    assert training_operations(specification((1, 8, 8), 3, SMALL, model)) == 0


@pytest.mark.parametrize(("name", "shape", "known"), [("mnist", (1, 32, 32), 147e6), ("celeba", (3, 64, 64), 12.4e9)])
def test_the_papers_networks(name, shape, known):
    spec = specification(shape, DATA[name]["latent"], DATA[name]["architecture"])
    assert training_operations(spec) == pytest.approx(known, rel=0.03)
