"""`make` installs the suite's packages into .venv: `python -m workflow.install [--torch cpu|cuda]`.

Standard library only. On Linux PyPI's torch brings CUDA's libraries, 5 GB that a machine without a GPU has no use for;
the same version without them is on PyTorch's own index.
"""

import argparse
import shutil
import subprocess
import sys
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from workflow.places import ROOT

WITHOUT_CUDA = "https://download.pytorch.org/whl/cpu"
SECONDS = 10  # until an index counts as out of reach
DRIVER = Path("/proc/driver/nvidia/version")  # Linux; a container has nvidia-smi


def wanted() -> str:
    """Return which torch suits this machine: `cuda` where NVIDIA's driver is, and where PyPI has but one."""
    here = not sys.platform.startswith("linux") or DRIVER.exists() or shutil.which("nvidia-smi")
    return "cuda" if here else "cpu"


def index(torch: str, url: str = WITHOUT_CUDA) -> list[str]:
    """Return pip's options for a torch, and say which is installed. Where the index is out of reach, PyPI's is.

    pip prefers 2.11.0+cpu to 2.11.0, where an index has it.
    """
    if torch == "cuda":
        print("Installing the packages into .venv once (torch with its CUDA libraries: about 5 GB)")
        return []
    try:
        urlopen(f"{url}/torch/", timeout=SECONDS).close()
    except (URLError, OSError) as error:
        print(
            f"{url} cannot be reached ({error}): installing torch with its CUDA libraries, about 5 GB, into .venv once"
        )
        return []
    print(
        "Installing the packages into .venv once (torch without CUDA, as there is no NVIDIA driver; TORCH=cuda adds it)"
    )
    return ["--extra-index-url", url]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--torch", choices=["cpu", "cuda"], default=wanted(), help="default: what suits this machine")
    options = index(parser.parse_args().torch)
    environment = ROOT / ".venv"
    pip = [environment / "bin/python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    for command in (
        [sys.executable, "-m", "venv", environment],
        [*pip, *options, "--requirement", ROOT / "requirements.lock"],
    ):
        if status := subprocess.run(command).returncode:
            sys.exit(status)


if __name__ == "__main__":
    main()
