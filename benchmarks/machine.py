"""What this machine can do at most: its matrix product rate and its memory bandwidth, measured."""

import os
import platform
import statistics

import torch

from bench.records.provenance import provenance
from benchmarks.side_by_side import seconds

SIZE = {"cpu": 2048, "cuda": 8192}  # of the square matrices
BYTES = {"cpu": 2**28, "cuda": 2**32}  # of the copied tensor: far more than any cache
ROUNDS = 7


def matmul_rate(device: torch.device, dtype: torch.dtype = torch.float32) -> float:
    """Return operations per second of a large product of random square matrices, the median of some rounds."""
    size = SIZE[device.type]
    a, b = (torch.randn(size, size, device=device, dtype=dtype) for _ in range(2))
    a @ b
    return 2 * size**3 / statistics.median(seconds(lambda: a @ b, device) for _ in range(ROUNDS))


def bandwidth(device: torch.device) -> float:
    """Return bytes per second of a large copy, read and write counted."""
    source = torch.randint(256, (BYTES[device.type],), dtype=torch.uint8, device=device)
    target = torch.empty_like(source).copy_(source)
    return 2 * len(source) / statistics.median(seconds(lambda: target.copy_(source), device) for _ in range(ROUNDS))


def identity(device: torch.device) -> dict:
    """Return what names this machine."""
    record = provenance(device)
    kept = ("commit", "dirty", "python", "torch", "numpy", "device", "device_name", "threads")
    return {**{key: record[key] for key in kept}, "cores": os.cpu_count(), "system": platform.system()}


def machine(device: torch.device) -> dict:
    """Return what names this machine, and its measured limits."""
    return {
        **identity(device),
        "matmul_operations_per_second": matmul_rate(device),
        "copy_bytes_per_second": bandwidth(device),
    }
