"""Which GPU a job uses. Snakemake counts GPUs and assigns none: all its jobs would meet on the first one.

A job takes the GPU that the fewest of this user's jobs hold. It never waits: how many run at once is Snakemake's count
(`--resources gpu=4`). Each holder locks a file of its own, which the kernel unlocks when the job ends, however it ends.
The files are named by the GPU's UUID and lie in a folder of this user on this machine, so that all runs of a user
count, and jobs of a cluster too, each of which may call its GPU 0.
"""

import os
import subprocess
from itertools import count
from pathlib import Path

from filelock import FileLock, Timeout

from bench.job.command import Stop

# Not $TMPDIR: it differs between shells and may be on a network file system, where a lock can outlive its holder.
FOLDER = Path(f"/tmp/irmae-bench-gpus-{os.getuid()}")
VARIABLE = "CUDA_VISIBLE_DEVICES"

_held: list[FileLock] = []  # until this process ends


def lease() -> None:
    """Take one of the visible GPUs and let CUDA see no other; to be called before CUDA starts.

    What nvidia-smi does not list (a MIG instance, or all of them where it is missing) is used as it is. Stop if
    CUDA_VISIBLE_DEVICES names no GPU.
    """
    names, gpus = os.environ.get(VARIABLE), listed()
    if not gpus or (names or "").startswith("MIG-"):
        return
    candidates = visible(gpus, names)
    if not candidates:
        raise Stop(
            f"{VARIABLE} is {names!r} and names none of this machine's GPUs, 0 to {len(gpus) - 1}: "
            "unset it or name one of them, or add `--config device=cpu`"
        )
    try:
        FOLDER.mkdir(mode=0o700, exist_ok=True)
        with lock("gate"):  # one process at a time, so that no two choose by the same count
            gpu = min(candidates, key=holders)
            hold(gpu)
    except OSError as problem:
        raise Stop(f"{FOLDER}: cannot keep the locks of GPUs ({problem}); make it a folder of your own") from problem
    os.environ[VARIABLE] = gpu
    print(f"on GPU {gpus.index(gpu)}, {gpu}", flush=True)


def listed() -> list[str]:
    """Return the UUIDs of this machine's GPUs in nvidia-smi's order; none if it is not there or finds none."""
    command = ["nvidia-smi", "--query-gpu=uuid", "--format=csv,noheader"]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    except (OSError, subprocess.SubprocessError):
        return []
    return [word for word in answer.stdout.split() if word.startswith("GPU-")]


def visible(gpus: list[str], names: str | None) -> list[str]:
    """Return the GPUs that CUDA_VISIBLE_DEVICES names, all of them if it is not set (None).

    As for CUDA, an entry is an index or the beginning of a UUID, and what follows an entry that names none is not
    read. Indices are nvidia-smi's, which are also Slurm's; CUDA's own put the fastest model first.
    """
    if names is None:
        return gpus
    chosen: list[str] = []
    for name in map(str.strip, names.split(",")):
        named = [gpu for gpu in gpus if name.startswith("GPU-") and gpu.startswith(name)]
        named += [gpu for index, gpu in enumerate(gpus) if name == str(index)]
        if len(named) != 1:
            break
        chosen += named
    return chosen


def holders(gpu: str) -> int:
    """Return how many processes of this user hold a GPU."""
    return sum(held(path.name) for path in FOLDER.glob(f"{gpu}.*"))


def hold(gpu: str) -> None:
    """Hold a GPU until this process ends."""
    mine = lock(next(name for number in count() if not held(name := f"{gpu}.{number}")))
    mine.acquire(blocking=False)
    _held.append(mine)


def held(name: str) -> bool:
    """Tell whether a process holds a lock."""
    try:
        with lock(name).acquire(blocking=False):
            return False
    except Timeout:
        return True


def lock(name: str) -> FileLock:
    """Return a lock that the kernel keeps; where it cannot, there is none."""
    return FileLock(FOLDER / name, fallback_to_soft=False)
