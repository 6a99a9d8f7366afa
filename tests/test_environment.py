"""pyproject.toml, environment.yml and requirements.lock name the same packages at the same versions."""

import re
import tomllib
from pathlib import Path

import yaml

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8").split("\n")
REPAIR = (
    "pyproject.toml is the source: repeat its `dependencies` in the pip section of environment.yml, and run "
    "`pip install` on its pins, then `pip freeze`, without nvidia-*, cuda-* and triton, into requirements.lock"
)


def pins(lines) -> dict[str, str]:
    found = [re.fullmatch(r"([\w.-]+)==([\w.]+)", line) for line in lines]
    assert all(found), [line for line, pin in zip(lines, found, strict=True) if not pin]
    return {pin[1].lower().replace("_", "-"): pin[2] for pin in found}


def test_the_environment_repeats_the_projects_pins():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    pip = next(entry["pip"] for entry in environment["dependencies"] if isinstance(entry, dict))
    assert pip == PROJECT["dependencies"], REPAIR
    assert environment["channels"] == ["conda-forge"]


def test_the_lock_holds_the_projects_pins_and_what_they_need():
    direct = pins(PROJECT["dependencies"] + PROJECT["optional-dependencies"]["dev"])
    locked = pins([line for line in LOCK if line and not line.startswith("#")])
    assert direct.items() <= locked.items(), REPAIR
    assert len(locked) > len(direct)


def test_the_lock_names_no_address_and_no_package_of_one_platform():
    assert not [line for line in LOCK if re.match(r"(nvidia-|cuda-|triton)", line) or "://" in line or "@" in line], (
        REPAIR
    )


def test_every_import_is_a_pinned_package_and_every_pin_is_used():
    names = {"sklearn": "scikit-learn", "PIL": "pillow", "yaml": "pyyaml", "torch_fidelity": "torch-fidelity"}
    sources = [path for part in ("bench", "workflow", "tests") for path in (ROOT / part).rglob("*.py")]
    text = "\n".join(path.read_text(encoding="utf-8") for path in [*sources, ROOT / "Snakefile"])
    imported = {names.get(name, name) for name in re.findall(r"^\s*(?:from|import) (\w+)", text, re.MULTILINE)}
    assert set(pins(PROJECT["dependencies"])) <= imported
