"""The GPUs of this machine, as its driver lists them and not through CUDA; standard library only."""

import subprocess
from dataclasses import dataclass

QUERY = ("uuid", "memory.total", "memory.free", "name", "driver_version")


@dataclass(frozen=True)
class Gpu:
    """A GPU: its identity, all its memory and what no program holds of it (MiB; 0: unknown), model and driver."""

    uuid: str
    total: int
    free: int
    name: str
    driver: str


def listed() -> list[Gpu]:
    """Return the GPUs in nvidia-smi's order; none if it is not there or finds none."""
    command = ["nvidia-smi", f"--query-gpu={','.join(QUERY)}", "--format=csv,noheader,nounits"]
    try:
        found = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    except (OSError, subprocess.SubprocessError):
        return []
    rows = [[cell.strip() for cell in line.split(",")] for line in found.stdout.splitlines()]
    return [Gpu(row[0], _number(row[1]), _number(row[2]), *row[3:]) for row in rows if len(row) == len(QUERY)]


def visible(gpus: list[Gpu], names: str | None) -> list[Gpu]:
    """Return the GPUs that CUDA_VISIBLE_DEVICES names, all of them if it is not set (None).

    As for CUDA, an entry is an index or the beginning of a UUID, and what follows an entry that names none is not
    read. Indices are nvidia-smi's, which are also Slurm's; CUDA's own put the fastest model first.
    """
    if names is None:
        return gpus
    found: list[Gpu] = []
    for name in names.split(","):
        named = [gpu for index, gpu in enumerate(gpus) if _names(name.strip(), index, gpu)]
        if len(named) != 1:
            break
        found += named
    return found


def _names(name: str, index: int, gpu: Gpu) -> bool:
    return name == str(index) or (name.startswith("GPU-") and gpu.uuid.startswith(name))


def _number(text: str) -> int:
    """Return a number of MiB, 0 for what nvidia-smi writes where it does not know ([N/A])."""
    return int(text) if text.isdecimal() else 0
