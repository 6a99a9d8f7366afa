"""The device that a job computes on."""

from typing import TYPE_CHECKING

from bench.job.command import Stop
from bench.job.lease import lease

if TYPE_CHECKING:
    import torch


def device_of(name: str) -> "torch.device":
    """Return the torch device `cpu` or `cuda`, or stop if it is not there; of several GPUs this process takes one."""
    if name == "cuda":
        lease()  # before CUDA starts
    import torch

    if name == "cuda" and not torch.cuda.is_available():
        raise Stop(
            "the config asks for device cuda and torch finds none here: run on a GPU (`make doctor` says what is "
            "missing), or add `--config device=cpu` (slow at the paper's size), or `--config preset=quick`"
        )
    return torch.device(name)
