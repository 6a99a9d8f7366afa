"""No option of a model is without effect: with another value of it the same seed trains to other weights."""

import importlib
import inspect
import sys
from pathlib import Path
from types import ModuleType
from typing import Any, get_args

import pytest
import torch
from small_run import make_spec, pictures
from test_models import cases

from bench.engine.build import initial_model
from bench.engine.checkpoint import Checkpoint
from bench.engine.training import train
from bench.models.base.autoencoder import Autoencoder

EPOCHS = 10
# Where the config's value of an option is for larger codes or longer trainings than the one here.
WITHIN_REACH = {
    "rrae": {"rank": 4},
    "arrae": {"start": 6, "goal": 0.8, "patience": 2, "window": 2, "tolerance": 0.01},
}


def without_effect(name: str, options: dict[str, Any], folder: Path) -> list[str]:
    """Return the options of a model that change no weight of a short training when their value does."""
    made_by = importlib.import_module(f"bench.models.{name}").Model.__init__
    kinds, usual = inspect.get_annotations(made_by), (made_by.__kwdefaults__ or {}) | options
    trained = weights(name, usual, folder / "usual")
    return [
        f"{option}: {usual[option]} or {value}"
        for option in usual
        for value in others(usual[option], kinds[option])
        if same(trained, weights(name, usual | {option: value}, folder / f"{option}-{value}"))
    ]


def others(value: Any, annotation: Any) -> list[Any]:
    """Return other values of an option, near its own."""
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int):
        return [value + 1]
    if isinstance(value, float):
        return [2 * value or 1e-2]
    return [choice for choice in get_args(annotation) if choice != value]


def weights(name: str, options: dict[str, Any], folder: Path) -> dict[str, torch.Tensor]:
    """Return the trained parameters of one seed by name."""
    spec = make_spec(name, seeds=(0,), epochs=EPOCHS, lr=1e-2, **options)
    state = train(spec, pictures(), Checkpoint(folder, "digest")).state
    return {key: state[key] for key, _ in initial_model(spec, 0).named_parameters()}


def same(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> bool:
    return one.keys() == other.keys() and all(torch.equal(tensor, other[key]) for key, tensor in one.items())


@pytest.mark.parametrize(("name", "options"), cases())
def test_every_option_of_every_model_changes_what_is_learned(name, options, tmp_path):
    assert without_effect(name, options | WITHIN_REACH.get(name, {}), tmp_path) == []


class Forgotten(Autoencoder):
    """Keeps its option and does nothing with it."""

    def __init__(self, backbone, *, weight: float = 0.1) -> None:
        super().__init__(backbone)


class Rounded(Autoencoder):
    """Shrinks its weights by a share that single precision does not know."""

    recorded = False

    def __init__(self, backbone, *, decay: float = 1e-9) -> None:
        super().__init__(backbone)
        self.decay = decay

    @torch.no_grad()
    def after_step(self, loss):
        for parameter in self.parameters():
            parameter.mul_(1 - self.decay)
        return False


@pytest.mark.parametrize(("model", "found"), [(Forgotten, "weight: 0.1 or 0.2"), (Rounded, "decay: 1e-09 or 2e-09")])
def test_an_option_without_effect_is_found(model, found, monkeypatch, tmp_path):
    planted = ModuleType("bench.models.planted")
    planted.Model = model
    monkeypatch.setitem(sys.modules, "bench.models.planted", planted)
    assert without_effect("planted", {}, tmp_path) == [found]
