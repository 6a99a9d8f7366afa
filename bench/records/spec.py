"""The specification of a run: everything that decides its result, written by the workflow as `spec.json`."""

from dataclasses import dataclass
from pathlib import Path

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


def read_spec(path: Path | str) -> Spec:
    """Read `spec.json`."""
    fields = read_json(path)
    lists = {key: tuple(fields[key]) for key in ("seeds", "shape")}
    return Spec(**{**fields, **lists, "training": Training(**fields["training"])})
