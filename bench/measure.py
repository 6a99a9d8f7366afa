"""Rule `measure`: an added measure, a file of bench/measures/, of a run; in: model, codes, data, out: its numbers."""

from pathlib import Path

import numpy as np
import torch

from bench.engine.build import load_models
from bench.measures.base.trained import Trained, measured
from bench.records.files import read_array, write_rows
from bench.records.origin import origin
from bench.records.spec import read_spec


def main(
    *,
    spec: dict,
    measure: str,
    options: dict,
    model: Path,
    codes: Path,
    data: Path,
    metrics: Path,
    device: torch.device,
) -> None:
    spec = read_spec(spec, data)
    every = {split: np.array(read_array(codes / f"{split}.npy")) for split in ("train", "test")}
    models = [load_models(spec, model, device, finish=finish) for finish in (True, False)]
    rows = []
    for index, (seed, *each) in enumerate(zip(spec.seeds, *models, strict=True)):
        own = {split: z[index] for split, z in every.items()}
        rows += measured(Trained(spec, seed, *each, own, data, device), {measure: options})
    write_rows(metrics, rows, origin(f"measure/{measure}", spec))
    print(f"measured {measure} of {spec.name}: {len(rows)} numbers")
