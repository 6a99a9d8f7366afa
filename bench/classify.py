"""Rule `classify`: classification from codes with few and many labels (Table 2); in: codes, labels, out: errors."""

from pathlib import Path

import numpy as np
import torch

from bench.measures.base.classification import Codes, classify
from bench.records.data import load
from bench.records.files import read_array, write_rows
from bench.records.origin import origin
from bench.records.spec import read_spec


def main(*, spec: dict, settings: dict, codes: Path, data: Path, metrics: Path, device: torch.device) -> None:
    spec, splits = read_spec(spec, data), ("train", "test")
    both = Codes(*(torch.from_numpy(np.array(read_array(codes / f"{split}.npy"))).to(device) for split in splits))
    labels, test_labels = (torch.from_numpy(load(data, split)[1]).to(device) for split in splits)
    rows = list(classify(spec.seeds, both, labels, test_labels, settings))
    write_rows(metrics, rows, origin("classify", spec))
    print(f"classified {spec.name}: " + " ".join(f"{metric} {value:.1f}" for _, metric, value in rows))
