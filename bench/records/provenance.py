"""Where a result comes from: the commit, the inputs, the software, the machine and what it cost."""

import platform
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch

from bench.job.log import peak_memory
from bench.job.source import taken


def provenance(device: torch.device) -> dict[str, Any]:
    """Return what identifies this process's code, software and machine."""
    return {
        **taken(),
        "python": platform.python_version(),
        "torch": torch.__version__,
        "numpy": version("numpy"),
        "device": device.type,
        "device_name": torch.cuda.get_device_name(device) if device.type == "cuda" else _processor(),
        "threads": torch.get_num_threads(),
        "tf32": device.type == "cuda" and torch.backends.cudnn.allow_tf32,
        "peak_memory_bytes": peak_memory(),
        "peak_device_memory_bytes": torch.cuda.max_memory_allocated(device) if device.type == "cuda" else 0,
    }


def _processor() -> str:
    cpus = Path("/proc/cpuinfo")  # Linux
    lines = cpus.read_text(encoding="utf-8").splitlines() if cpus.exists() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()
