"""What is on this machine, asked of its programs and nothing imported; standard library only."""

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

GB = 1e9
# Importing torch took 4 s on a slow machine; the first time after its installation takes longer.
SECONDS = 60
ASK_TORCH = """
import json, warnings
from importlib.util import find_spec
with warnings.catch_warnings(record=True) as told:
    warnings.simplefilter("always")
    import torch
    usable = torch.cuda.is_available()
why = str(told[-1].message).split(". ")[0] if told else "it does not say why"
slurm = find_spec("snakemake_executor_plugin_slurm") is not None
version, cuda = torch.__version__, torch.version.cuda
print(json.dumps({"version": version, "cuda": cuda, "usable": usable, "why": why, "slurm": slurm}))
"""


@dataclass(frozen=True)
class Machine:
    """This machine as the suite in folder `root` sees it."""

    root: Path

    @cached_property
    def torch(self) -> dict | None:
        """What the installed torch says of itself; `problem` if it does not start, None if it is not installed.

        It is that of .venv, which `make` installs, or else of the Python that runs this.
        """
        own = self.root / ".venv/bin/python"
        command = [str(own) if own.exists() else sys.executable, "-c", ASK_TORCH]
        status, output = answer(command)
        if status == 0:
            return json.loads(output.splitlines()[-1])
        last = output.splitlines()[-1] if output else "no answer"
        return None if "No module named 'torch'" in last else {"problem": last}

    @cached_property
    def gpus(self) -> list[tuple[str, str, str]]:
        """Driver, memory in MiB ([N/A]: unknown) and name of every GPU, as nvidia-smi prints them."""
        query = "--query-gpu=driver_version,memory.total,name"
        status, output = answer(["nvidia-smi", query, "--format=csv,noheader,nounits"])
        return [] if status else re.findall(r"^(\d[\d.]*), (\S+), (.+)$", output, re.MULTILINE)

    @cached_property
    def disk(self) -> float:
        """Free space in GB where results are written."""
        return shutil.disk_usage(self.root).free / GB

    @cached_property
    def memory(self) -> float:
        """The memory that processes here may take, in GB: all there is, or what a container or Slurm allows."""
        there = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
        return min([there, *allowed(Path("/sys/fs/cgroup"))]) / GB

    @cached_property
    def conda(self) -> tuple[int, ...] | None:
        """Conda's version."""
        version = re.search(r"(\d+)\.(\d+)\.(\d+)", answer(["conda", "--version"])[1])
        return tuple(map(int, version.groups())) if version else None

    @cached_property
    def partitions(self) -> list[str] | None:
        """Slurm's partitions that have GPUs; None without a cluster."""
        status, output = answer(["sinfo", "--noheader", "--format", "%R %G"])
        rows = [line.split() for line in output.splitlines()]
        return None if status else sorted({row[0] for row in rows if "gpu" in row[-1]})


def allowed(cgroups: Path) -> list[int]:
    """Return the limits of memory, in bytes, that Linux's control groups set here: of version 2, and of version 1."""
    files = (cgroups / "memory.max", cgroups / "memory/memory.limit_in_bytes")
    texts = [path.read_text(encoding="utf-8").strip() for path in files if path.is_file()]
    return [int(text) for text in texts if text.isdecimal()]  # version 2 says `max` where there is none


def answer(command: list[str]) -> tuple[int, str]:
    """Return a program's exit status and all it printed; 127 and nothing if it is not there or does not end."""
    try:
        ended = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=SECONDS)
    except (OSError, subprocess.TimeoutExpired):
        return 127, ""
    return ended.returncode, ended.stdout.strip()
