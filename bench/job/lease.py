"""A job's share of a GPU. Snakemake counts GPUs and assigns none: all its jobs would meet on the first one.

The memory of a GPU is cut into slots, each of them a file that a process locks. A job holds as many as the memory asks
for that it is expected to need, all of one GPU, and the kernel frees them when it ends, however it ends. The files are
named by the GPU's UUID and lie in a folder of this user on this machine: all runs of a user share the GPUs, and jobs of
a cluster, each of which may call its GPU 0, do not wait for each other. What other programs hold of a GPU only counts
in the choice between several.
"""

import os
import time
from pathlib import Path

from filelock import FileLock, Timeout

from bench.job.command import Stop
from bench.job.gpus import Gpu, listed, visible

SLOTS = 16  # of a GPU, and so the most jobs on it
# Not $TMPDIR: it differs between shells and may be on a network file system, where a lock can outlive its holder.
FOLDER = Path(f"/tmp/irmae-bench-gpus-{os.getuid()}")
PAUSE = 1.0  # seconds between two looks at GPUs without room
VARIABLE = "CUDA_VISIBLE_DEVICES"

_held: list[FileLock] = []  # this process's slots, until it ends


def lease(memory: int) -> None:
    """Take `memory` MiB of one of the visible GPUs, wait for them if need be, and let CUDA see no other GPU.

    To be called before CUDA starts; later calls do nothing. A job that asks for more than the largest GPU has takes
    that one whole. What nvidia-smi does not list (a MIG instance, or all of them where it is missing) is used as it
    is. Stop if CUDA_VISIBLE_DEVICES names no GPU.
    """
    names, gpus = os.environ.get(VARIABLE), listed()
    if _held or not gpus or (names or "").startswith("MIG-"):
        return
    candidates = visible(gpus, names)
    if not candidates:
        raise Stop(
            f"{VARIABLE} is {names!r} and names none of this machine's GPUs, 0 to {len(gpus) - 1}: "
            "unset it or name one of them, or add `--config device=cpu`"
        )
    largest = max(gpu.total for gpu in candidates)
    gpu = wait_for([gpu for gpu in candidates if gpu.total >= min(memory, largest)], memory)
    os.environ[VARIABLE] = gpu.uuid
    print(f"on GPU {gpus.index(gpu)}, {gpu.name}: {share(gpu, memory)}/{SLOTS} of it", flush=True)


def share(gpu: Gpu, memory: int) -> int:
    """Return how many slots of a GPU `memory` MiB are; all, if that is more than it has or nobody knows its memory."""
    return min(SLOTS, -(-memory * SLOTS // gpu.total)) if gpu.total else SLOTS


def wait_for(gpus: list[Gpu], memory: int) -> Gpu:
    """Hold `memory` MiB of one of the GPUs and return it; a line is printed if other jobs have to end first."""
    gpu = take(gpus, memory)
    if not gpu:
        print(f"waiting for {memory} MiB of a GPU: other jobs have too much of each of {len(gpus)}", flush=True)
    while not gpu:
        time.sleep(PAUSE)
        gpu = take(gpus, memory)
    return gpu


def take(gpus: list[Gpu], memory: int) -> Gpu | None:
    """Hold `memory` MiB of the GPU with the most room, if any has that much, and return it."""
    try:
        FOLDER.mkdir(mode=0o700, exist_ok=True)
        with lock("gate"):  # one process at a time, so that what is free stays so
            free = {gpu: [slot for slot in slots(gpu) if idle(slot)] for gpu in gpus}
            able = [gpu for gpu in gpus if len(free[gpu]) >= share(gpu, memory)]
            gpu = max(able, key=lambda gpu: min(len(free[gpu]) * gpu.total // SLOTS, gpu.free), default=None)
            for slot in free[gpu][: share(gpu, memory)] if gpu else []:
                slot.acquire(blocking=False)
                _held.append(slot)
    except OSError as problem:
        raise Stop(f"{FOLDER}: cannot keep the locks of GPUs ({problem}); make it a folder of your own") from problem
    return gpu


def slots(gpu: Gpu) -> list[FileLock]:
    """Return the locks of a GPU's slots."""
    return [lock(f"{gpu.uuid}.{number}") for number in range(SLOTS)]


def lock(name: str) -> FileLock:
    """Return a lock that the kernel keeps; where it cannot, there is none."""
    return FileLock(FOLDER / name, fallback_to_soft=False)


def idle(slot: FileLock) -> bool:
    """Tell whether no process holds a slot."""
    try:
        with slot.acquire(blocking=False):
            return True
    except Timeout:
        return False
