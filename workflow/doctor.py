"""`make doctor`: what this machine has, what to do about what it lacks, and which presets it can run.

Standard library only, so that it runs before anything is installed. It exits with 1 if no preset can run.
"""

import argparse
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.datasets.base import raw
from workflow.machine import Machine
from workflow.places import ROOT, raw_data
from workflow.totals import LARGEST

COMMANDS = {
    "smoke": "bash workflow/run.sh --cores all --config preset=smoke",
    "quick": "make quick",
    "paper": "make paper",
    "paper without CelebA": "README.md, The paper's size, has the command",
}
EVERY, PAPER = tuple(COMMANDS), ("paper", "paper without CelebA")
DRIVER = 580  # the oldest that runs CUDA 13, which the pinned torch brings (NVIDIA's release notes of CUDA 13)
CONDA = (24, 7, 1)  # Snakemake refuses older ones
PACKAGES = 6  # GB; measured: 5.3
# GB that a preset writes. quick: measured 0.3 with half of today's runs. paper: reckoned from its plan, not measured:
# codes 40, models 26, samples 8, images 4 and, while it is trained, a run's checkpoint, 8 at most; without CelebA 27.
DISK = {"smoke": 1, "quick": 1, "paper": 90, "paper without CelebA": 30}
# GB of memory. quick: its largest job took 1.1, measured. paper: what the Slurm profile asks for at most, an estimate.
MEMORY = {"smoke": 2, "quick": 2, "paper": 16, "paper without CelebA": 16}
DATA_ROOT = "data"  # config.yaml's (a test compares)
FETCHED = "results/paper/data"  # below the suite's folder: what the paper preset fetched before
DOWNLOADED = {"mnist": "MNIST", "fashion_mnist": "FashionMNIST"}  # and how their folders are called
# As bench/fetch_inception.py calls it (a test compares), which cannot be imported before the installation.
WEIGHTS = "weights-inception-2015-12-05-6726825d.pth"


@dataclass(frozen=True)
class Line:
    """A thing that was looked at: what it is, what to do about it, and the presets that cannot run before that."""

    name: str
    state: str
    advice: str = ""
    stops: tuple[str, ...] = ()

    def __str__(self) -> str:
        mark = "GAP" if self.stops else "  -" if self.advice else " ok"
        return f"{mark}  {self.name:<8}  {self.state}{self.advice and '; ' + self.advice}"


def examine(machine: Machine, data_root: Path) -> Iterator[Line]:
    """Yield what this machine has, one line per thing."""
    yield Line("Python", f"{sys.version.split()[0]}, {sys.executable}")
    yield packages(machine.torch)
    yield driver(machine)
    yield gpus(machine)
    yield Line("Memory", f"{machine.memory:.0f} GB", *short(machine.memory, MEMORY, "use a machine with more memory"))
    yield disk(machine)
    yield data(machine.root, data_root)
    yield weights(machine.root, data_root)
    yield conda(machine.conda)
    yield slurm(machine)


def short(there: float, needs: dict[str, float], advice: str) -> tuple[str, tuple[str, ...]]:
    """Return advice and the presets that need more than there is, nothing if none does."""
    stops = tuple(preset for preset, need in needs.items() if need > there)
    wanted = ", ".join(f"{preset} takes {needs[preset]:g} GB" for preset in stops)
    return (f"{wanted}: {advice}", stops) if stops else ("", ())


def packages(torch: dict | None) -> Line:
    if torch is None:
        return Line("Packages", "not installed", "`make quick` does it; with CUDA about 5 GB are downloaded")
    if "problem" in torch:
        return Line("Packages", f"torch does not start ({torch['problem']})", "`make clean`, then `make quick`", EVERY)
    has = f"with CUDA {torch['cuda']}" if torch["cuda"] else "without CUDA"
    return Line("Packages", f"torch {torch['version']} {has}")


def driver(machine: Machine) -> Line:
    if not machine.gpus:
        return Line("Driver", "nvidia-smi lists no GPU", "if there is one, install NVIDIA's driver", PAPER)
    version = machine.gpus[0][0]
    if int(version.split(".")[0]) < DRIVER:
        return Line("Driver", version, f"torch's CUDA 13 needs {DRIVER}: update it", PAPER)
    torch = machine.torch or {}
    if "cuda" in torch and torch["cuda"] is None:
        return Line("Driver", version, "torch is without CUDA: `make clean`, then `make quick TORCH=cuda`", PAPER)
    if not torch.get("usable", True):
        return Line("Driver", version, f"torch cannot use a GPU ({torch['why']}): mend that first", PAPER)
    return Line("Driver", version)


def gpus(machine: Machine) -> Line:
    if not machine.gpus:
        return Line(
            "GPUs", "none", "run on a machine with one or through Slurm, or `--config device=cpu` (slow)", PAPER
        )
    advice = []
    named = os.environ.get("CUDA_VISIBLE_DEVICES")
    if named is not None:
        advice.append(f"CUDA_VISIBLE_DEVICES is {named!r}: jobs use no others")
    if all(mib.isdecimal() and int(mib) < LARGEST * 1024 for _, mib, _ in machine.gpus):
        advice.append(f"RRAE on CelebA may not fit, it is reckoned at {LARGEST} GiB")
    listed = ", ".join(f"{name} {mib} MiB" for _, mib, name in machine.gpus)
    return Line("GPUs", listed, "; ".join(advice), PAPER if named == "" else ())


def disk(machine: Machine) -> Line:
    more = PACKAGES if machine.torch is None else 0
    needs = {preset: size + more for preset, size in DISK.items()}
    return Line(
        "Disk", f"{machine.disk:.0f} GB free", *short(machine.disk, needs, "make room, or put the suite elsewhere")
    )


def data(root: Path, data_root: Path) -> Line:
    """Look for what cannot be generated: MNIST and FashionMNIST, which are downloaded otherwise, and CelebA."""

    def there(name: str) -> bool:
        return (root / FETCHED / name / "data.json").exists()

    def complete(title: str) -> bool:
        return all(raw.digits(data_root, title, name) for name in raw.DIGITS)

    digits = [name for name, title in DOWNLOADED.items() if not there(name) and not complete(title)]
    state = f"to be downloaded: {', '.join(digits)}" if digits else "mnist and fashion_mnist are there"
    faces = raw.faces(data_root)
    if there("celeba") or (faces.images and faces.partition):
        return Line("Data", f"{state}; celeba is there")
    return Line(
        "Data",
        f"{state}; celeba is missing",
        f"put {raw.ARCHIVE} and {raw.PARTITION} into {data_root}/celeba, or run with `--config data_root=DIR`",
        ("paper",),
    )


def weights(root: Path, data_root: Path) -> Line:
    if (data_root / WEIGHTS).exists() or (root / FETCHED / "inception.pth").exists():
        return Line("Weights", "Inception's are there")
    return Line("Weights", "Inception's are to be downloaded", f"without a network put {WEIGHTS} into {data_root}")


def conda(version: tuple[int, ...] | None) -> Line:
    if version is None:
        return Line("conda", "none", "`make` needs none; `snakemake --use-conda` does: install Miniforge")
    return Line("conda", ".".join(map(str, version)), "too old for `--use-conda`: update it" if version < CONDA else "")


def slurm(machine: Machine) -> Line:
    if machine.partitions is None:
        return Line("Slurm", "no cluster answers here")
    state = f"partitions with GPUs: {', '.join(machine.partitions) or 'none'}"
    missing = not (machine.torch or {}).get("slurm")
    return Line("Slurm", state, "`pip install snakemake-executor-plugin-slurm`" if missing else "")


def verdict(preset: str, lines: list[Line], machine: Machine) -> str:
    """Return the line that says whether a preset can run."""
    lacking = [line.name for line in lines if preset in line.stops]
    if lacking and set(lacking) <= {"Driver", "GPUs", "Memory"} and machine.partitions:
        return f"through Slurm only; snakemake --profile profiles/slurm (now: {', '.join(lacking)})"
    return f"no: {', '.join(lacking)}" if lacking else f"yes; {COMMANDS[preset]}"


def configured(root: Path) -> str:
    """Return the config's data_root: before anything is installed, nobody has changed it."""
    try:
        from workflow.configs import read
    except ImportError:
        return DATA_ROOT
    return read(root / "config/config.yaml")["data_root"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data-root", help="where raw data are; default: the config's")
    machine = Machine(ROOT)
    data_root = parser.parse_args().data_root or configured(ROOT)
    lines = list(examine(machine, raw_data(data_root)))
    verdicts = {preset: verdict(preset, lines, machine) for preset in COMMANDS}
    print(*lines, "", *(f"{preset}: {said}" for preset, said in verdicts.items()), sep="\n")
    sys.exit(all(said.startswith("no") for said in verdicts.values()))


if __name__ == "__main__":
    main()
