"""The contract of bench/models/base/autoencoder.py, kept by every file in bench/models: a new one is tested."""

import ast
import inspect
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
import torch
import yaml
from safetensors.torch import save_file
from small_run import ARCHITECTURE, CPU, LATENT, SHAPE, make_spec

from bench.engine.build import initial_model, load_models
from bench.engine.training import start
from bench.models.base.autoencoder import Autoencoder
from bench.models.base.backbone import Backbone
from bench.records.spec import Spec
from bench.records.stream import stream_seed
from workflow.runs import VARIANT_KEYS

ROOT = Path(__file__).parent.parent
FILES = sorted(path for path in (ROOT / "bench" / "models").glob("*.py") if path.stem != "__init__")
VARIANTS = yaml.safe_load((ROOT / "config" / "config.yaml").read_text())["variants"]
# What a model file may import of the suite.
HELPERS = {f"bench.models.base.{path.stem}" for path in (ROOT / "bench" / "models" / "base").glob("*.py")}


def options_of(variant: dict) -> dict:
    return {key: value for key, value in variant.items() if key not in VARIANT_KEYS}


def cases() -> list:
    named = [pytest.param(v["model"], options_of(v), id=name) for name, v in VARIANTS.items()]
    unnamed = {path.stem for path in FILES} - {v["model"] for v in VARIANTS.values()}
    return named + [pytest.param(name, {}, id=name) for name in sorted(unnamed)]


def images(count: int = 12) -> torch.Tensor:
    return torch.randint(256, (count, 1, 32, 32), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))


def fitted(spec: Spec, seed: int, pixels: torch.Tensor | None = None) -> Autoencoder:
    """Return a model with what has a closed form."""
    model = initial_model(spec, seed)
    for name, value in model.fit(images() if pixels is None else pixels).items():
        model.get_buffer(name).copy_(value)
    return model


@pytest.fixture
def x() -> torch.Tensor:
    return images(4) / 255


def pytest_generate_tests(metafunc):
    if "model_spec" in metafunc.fixturenames:
        parameters = [pytest.param(make_spec(case.values[0], **case.values[1]), id=case.id) for case in cases()]
        metafunc.parametrize("model_spec", parameters)


def noise_for(model: Autoencoder, batch: int) -> torch.Tensor | None:
    shape = model.noise_shape(batch)
    return None if shape is None else torch.randn(shape, generator=torch.Generator().manual_seed(1))


def test_codes_images_and_loss_have_the_promised_shapes(model_spec, x):
    model = initial_model(model_spec, 0)
    z = model.encode(x)
    assert z.shape == (4, model_spec.latent)
    assert model.decode(z).shape == x.shape
    loss = model.loss(x, noise_for(model, 4))
    assert loss.shape == ()
    assert loss.isfinite()


def test_every_trainable_parameter_gets_a_finite_gradient(model_spec, x):
    model = initial_model(model_spec, 0)
    trainable = [p for p in model.parameters() if p.requires_grad]
    if trainable:
        model.loss(x, noise_for(model, 4)).backward()
    assert all(p.grad is not None and p.grad.isfinite().all() for p in trainable)


def test_a_step_of_the_engine_is_a_step_of_every_model_alone(model_spec, x):
    ensemble = start(model_spec, images())
    models = [initial_model(model_spec, seed) for seed in model_spec.seeds]
    noise = noise_for(models[0], 4)
    if ensemble.optimiser is None:
        pytest.skip("nothing to train")
    pairs = [(x, noise), (x.flip(0), noise)]
    losses = ensemble.step([partial(m.loss, *pair) for m, pair in zip(ensemble.models, pairs, strict=True)])
    for index, (model, pair) in enumerate(zip(models, pairs, strict=True)):
        loss = model.loss(*pair)
        loss.backward()
        torch.optim.Adam(model.groups(model_spec.training.lr)).step()
        assert torch.allclose(losses[index], loss, rtol=1e-5)
        for name, parameter in model.named_parameters():
            # Adam's first step is lr times the gradient's sign, whatever its size: rounding may turn the smallest.
            off = (ensemble.state()[name][index] - parameter).abs() > 1e-5
            assert off.float().mean() < 0.01, name


def test_finish_changes_no_code_and_no_image(model_spec, x):
    model = fitted(model_spec, 0).double().eval()
    before = model.encode(x.double())
    picture = model.decode(before)
    model.finish()
    assert torch.allclose(model.encode(x.double()), before, rtol=1e-10, atol=1e-14)
    assert torch.equal(model.decode(before), picture)


def test_trained_models_come_back_from_disk(model_spec, x, tmp_path):
    ensemble = start(model_spec, images())
    save_file(
        {name: tensor.detach().clone() for name, tensor in ensemble.state().items()},
        tmp_path / "model.safetensors",
    )
    loaded = load_models(model_spec, tmp_path / "model.safetensors", CPU)
    fresh = fitted(model_spec, 1)
    assert torch.allclose(loaded[1].encode(x), fresh.encode(x), rtol=1e-4, atol=1e-6)


def test_a_seed_draws_encoder_and_decoder_before_all_else(model_spec):
    model = initial_model(model_spec, 3)
    if not hasattr(model, "encoder"):
        pytest.skip("no networks")
    torch.manual_seed(stream_seed(3, "weights"))
    backbone = Backbone(SHAPE, LATENT, ARCHITECTURE)
    drawn = {"encoder": backbone.encoder(len(model.encoder[-1].bias)), "decoder": backbone.decoder("tanh")}
    for part, network in drawn.items():
        own = getattr(model, part).state_dict()
        for name, tensor in network.state_dict().items():
            normed = name.replace("weight", "parametrizations.weight.original")
            assert torch.equal(own[name if name in own else normed], tensor), (part, name)


def test_seeds_start_from_different_weights(model_spec):
    first, second = (initial_model(model_spec, seed).state_dict() for seed in (0, 1))
    differing = [name for name in first if not torch.equal(first[name], second[name])]
    assert differing or not [*initial_model(model_spec, 0).parameters()]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_model_file_defines_a_documented_model_with_keyword_only_options(path):
    module = __import__(f"bench.models.{path.stem}", fromlist=["Model"])
    assert issubclass(module.Model, Autoencoder)
    assert module.__doc__ and module.Model.__doc__
    signature = [*inspect.signature(module.Model.__init__).parameters.values()][2:]  # after self and backbone
    assert all(parameter.kind is inspect.Parameter.KEYWORD_ONLY for parameter in signature)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_model_file_imports_no_other_model_data_set_or_metric(path):
    imports = [node.module or "" for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.ImportFrom)]
    assert {name for name in imports if name.startswith("bench")} <= HELPERS


def test_folding_leaves_the_architecture_of_the_plain_autoencoder():
    model = initial_model(make_spec("irmae", depth=4), 0)
    model.finish()
    plain = initial_model(make_spec("ae"), 0)
    assert {n: p.shape for n, p in model.named_parameters()} == {n: p.shape for n, p in plain.named_parameters()}


def test_a_linear_chain_of_default_matrices_shrinks_codes_by_three_to_the_minus_half_depth():
    model = initial_model(replace(make_spec("irmae", depth=4), latent=256), 0)
    z = torch.randn(64, 256, generator=torch.Generator().manual_seed(0))
    w = z
    for layer in model.chain:
        w = layer(w)
    assert (w.norm() / z.norm()).item() == pytest.approx(1 / 9, rel=0.1)


def test_penalties_add_their_mean_to_the_squared_error(x):
    plain = initial_model(make_spec("ae"), 0)
    z = plain.encode(x)
    base = (plain.decode(z) - x).square().mean()
    for options, penalty in [({"l1": 0.5}, z.abs().mean()), ({"l2": 0.5}, z.square().mean())]:
        assert torch.allclose(initial_model(make_spec("ae", **options), 0).loss(x, None), base + 0.5 * penalty)


def test_the_vae_divergence_is_twice_the_usual_one_averaged_over_entries(x):
    model = initial_model(make_spec("vae", beta=0.25), 0)
    mean, log_variance = model.posterior(x)
    noise = torch.zeros(4, 8)
    q = torch.distributions.Normal(mean, (0.5 * log_variance).exp())
    divergence = torch.distributions.kl_divergence(q, torch.distributions.Normal(0.0, 1.0))
    reconstruction = torch.nn.functional.binary_cross_entropy(model.decode(mean), x)
    assert torch.allclose(model.loss(x, noise), reconstruction + 0.25 * 2 * divergence.mean(), rtol=1e-5)


def test_pca_reconstructs_data_of_its_own_rank_and_orders_its_directions():
    generator = torch.Generator().manual_seed(0)
    basis = torch.randn(8, 1024, generator=generator)
    pictures = torch.randn(300, 8, generator=generator) @ basis
    low, high = pictures.min(), pictures.max()
    pixels = ((pictures - low) / (high - low) * 255).round().to(torch.uint8).view(300, 1, 32, 32)
    model = fitted(make_spec("pca"), 0, pixels)
    unit = pixels / 255
    z = model.encode(unit)
    assert (model.decode(z) - unit).abs().max() < 3 / 255  # rounding to grey levels is all that is lost
    assert torch.equal(z.var(0).argsort(descending=True), torch.arange(8))
    assert torch.allclose(model.directions.T @ model.directions, torch.eye(8), atol=1e-5)
