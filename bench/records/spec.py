"""The specification of a run: everything that decides its result; in: the plan's run and the data set's record."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from bench.records.files import read_json


@dataclass(frozen=True)
class Training:
    """Optimisation settings: Adam with learning rate `lr`, batches of `batch` images, `epochs` passes."""

    epochs: int
    batch: int
    lr: float
    shuffle: bool


@dataclass(frozen=True)
class Spec:
    """A run: one variant on one data set for a batch of seeds. `shape` is (channels, height, width)."""

    dataset: str
    variant: str
    model: str
    options: dict
    seeds: tuple[int, ...]
    shape: tuple[int, int, int]
    latent: int
    architecture: dict
    training: Training

    @property
    def name(self) -> str:
        """How messages call this run."""
        return f"{self.dataset}/{self.variant} seeds {','.join(map(str, self.seeds))}"

    @cached_property
    def digest(self) -> str:
        """The SHA-256 of its content as JSON with sorted keys."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()


PLANNED = ("dataset", "variant", "model", "options", "seeds", "latent", "architecture", "training")


def spec_of(planned: Mapping[str, Any], record: Mapping[str, Any]) -> Spec:
    """Return the specification of a run of the plan on the data set that `record`, its data.json, describes.

    Of the plan's run the keys `PLANNED` are read, of the record the images' shape.
    """
    fields = {key: planned[key] for key in PLANNED}
    own = {"seeds": tuple(fields["seeds"]), "training": Training(**fields["training"])}
    return Spec(**fields | own, shape=tuple(record["shape"]))


def read_spec(planned: Mapping[str, Any], data: Path) -> Spec:
    """Return the specification of a run of the plan on the data set in a folder."""
    return spec_of(planned, read_json(data / "data.json"))
