"""pyproject.toml, environment.yml and requirements.lock agree, and every package that is imported is among them."""

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import yaml

REPOSITORY = Path(__file__).resolve().parent.parent
OWN = {"bench", "benchmarks", "workflow", "tests"}


def read(name):
    return (REPOSITORY / name).read_text(encoding="utf-8")


def pins(lines):
    """Map package names, as PyPI compares them, to versions."""
    pairs = (line.split("==") for line in lines if line.strip() and not line.startswith("#"))
    return {normalised(name): version.strip() for name, version in pairs}


def normalised(name):
    return re.sub(r"[-_.]+", "-", name.strip()).lower()


PROJECT = tomllib.loads(read("pyproject.toml"))["project"]
DIRECT = pins(PROJECT["dependencies"])
DEVELOPMENT = pins(PROJECT["optional-dependencies"]["dev"])
LOCKED = pins(read("requirements.lock").splitlines())


def test_environment_yml_has_the_pins_of_pyproject():
    environment = yaml.safe_load(read("environment.yml"))
    (pip,) = [entry["pip"] for entry in environment["dependencies"] if isinstance(entry, dict)]
    assert pins(pip) == DIRECT, "copy project.dependencies of pyproject.toml to the pip section of environment.yml"
    assert environment["channels"] == ["conda-forge"]


def test_the_lock_has_the_pins_of_pyproject():
    wanted = DIRECT | DEVELOPMENT
    different = {name: version for name, version in wanted.items() if LOCKED.get(name) != version}
    install = "\n".join(f"'{name}=={version}'" for name, version in different.items())
    assert not different, (
        f"requirements.lock lacks {different}; repair it: .venv/bin/pip install {install} && "
        ".venv/bin/pip freeze | grep -vE '^(nvidia|cuda|triton)' > requirements.lock"
    )


def test_the_lock_installs_on_any_platform_from_any_registry():
    lines = [line for line in read("requirements.lock").splitlines() if not line.startswith("#")]
    assert [line for line in lines if not re.fullmatch(r"[\w.-]+==[\w.]+", line)] == []
    assert [name for name in LOCKED if name.startswith(("nvidia-", "cuda-", "triton"))] == []


def test_every_imported_package_is_declared():
    distributions = packages_distributions()
    declared = DIRECT.keys() | DEVELOPMENT.keys()
    local = {path.stem for path in (REPOSITORY / "tests").glob("*.py")}
    unknown = {
        (str(path.relative_to(REPOSITORY)), module)
        for folder in OWN
        for path in (REPOSITORY / folder).rglob("*.py")
        for module in imported(path) - OWN - local - sys.stdlib_module_names
        if not {normalised(name) for name in distributions.get(module, [module])} & declared
    }
    assert not unknown, "add these to pyproject.toml, environment.yml and requirements.lock"


def imported(path):
    nodes = [*ast.walk(ast.parse(path.read_text(encoding="utf-8")))]
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    return {
        name.split(".")[0] for name in plain | {n.module for n in nodes if isinstance(n, ast.ImportFrom) and n.module}
    }
