"""Rule `encode`: what a model and images allow; in: both, out: codes, measures, the images of Figures 3, 5 and 8."""

from pathlib import Path

import numpy as np
import torch

from bench.engine.build import encode, load_models
from bench.measures.base import pictures
from bench.measures.base.trained import Trained, measured
from bench.records.data import load
from bench.records.files import write_array, write_rows
from bench.records.origin import origin
from bench.records.spec import Spec, read_spec


def encode_data(spec: Spec, model: Path, data: Path, device: torch.device) -> list[Trained]:
    """Return the trained models of a run, one per seed, with their codes of all images."""
    models, unfolded = (load_models(spec, model, device, finish=finish) for finish in (True, False))
    images = {split: load(data, split)[0] for split in ("train", "test")}
    codes = [{split: encode(each, images[split], device) for split in images} for each in models]
    return [Trained(spec, *one, data, device) for one in zip(spec.seeds, models, unfolded, codes, strict=True)]


def decoded(trained: Trained, z: np.ndarray) -> np.ndarray:
    """Map codes [.., d] to uint8 images [.., c, h, w]."""
    return trained.decode(z.reshape(-1, z.shape[-1])).reshape(*z.shape[:-1], *trained.spec.shape)


def main(
    *,
    spec: dict,
    measures: dict,
    interpolate: dict,
    pca_grid: dict,
    model: Path,
    data: Path,
    codes: Path,
    metrics: Path,
    images: Path,
    device: torch.device,
) -> None:
    run = encode_data(read_spec(spec, data), model, data, device)
    for split in ("train", "test"):
        write_array(codes / f"{split}.npy", np.stack([each.codes[split] for each in run]))
    rows = [row for each in run for row in measured(each, measures)]
    write_rows(metrics, rows, origin("encode", run[0].spec))
    lines = [decoded(each, pictures.interpolate(each.codes["test"], **interpolate)) for each in run]
    write_array(images / "interpolate.npy", np.stack(lines))
    grids = [decoded(each, pictures.pca_grid(each.codes["train"], **pca_grid)) for each in run]
    write_array(images / "pca_grid.npy", np.stack(grids))
    errors = " ".join(f"{value:.5f}" for _, metric, value in rows if metric == "mse")
    print(f"encoded {run[0].spec.name}: mse {errors}, {len(rows)} numbers")
