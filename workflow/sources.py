"""Reading the suite's source without importing it; in: files under bench/, out: their imports and options."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

SURROUNDINGS = "bench/job/"


def closure(root: Path, *paths: str) -> list[str]:
    """Return `paths` and every file under bench/ they import, directly or not, sorted and relative to `root`.

    But for bench/job/: what surrounds a job cannot change a number.
    Modules found by name at run time (in bench/models/ and bench/datasets/) are not followed: name them too.
    """
    closed: set[str] = set()
    waiting = list(paths)
    while waiting:
        path = waiting.pop()
        if path not in closed and not path.startswith(SURROUNDINGS):
            closed.add(path)
            waiting += imports(root, path)
    return sorted(closed)


@cache  # a plan of thousands of jobs asks for the same files in each
def imports(root: Path, path: str) -> frozenset[str]:
    """Return the files under bench/ that one file imports, the packages they stand in included."""
    files: set[str] = set()
    for node in ast.walk(ast.parse((root / path).read_text(encoding="utf-8"))):
        imported = []
        if isinstance(node, ast.Import):
            imported = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            imported = [f"{node.module}.{alias.name}" for alias in node.names]
        for name in imported:
            files.update(module_files(root, name))
    return frozenset(files)


def module_files(root: Path, name: str) -> Iterator[str]:
    """Yield the files that importing `bench.a.b` runs: the packages' __init__.py and bench/a/b.py."""
    parts = name.split(".")
    if parts[0] != "bench":
        return
    for length in range(1, len(parts) + 1):
        stem = "/".join(parts[:length])
        yield from (path for path in (f"{stem}.py", f"{stem}/__init__.py") if (root / path).is_file())


def names(root: Path, folder: str) -> list[str]:
    """Return the modules of a folder: the models or the data sets that exist."""
    return sorted(path.stem for path in (root / folder).glob("*.py") if path.stem != "__init__")


TYPES = {"int": {int}, "float": {int, float}, "str": {str}, "bool": {bool}}


@dataclass(frozen=True)
class Option:
    """A keyword-only argument: is it required, and which values does its annotation allow?"""

    required: bool
    annotation: ast.expr | None

    def expects(self, value: Any) -> str | None:
        """Return what the option expects if `value` is not that; an unknown annotation allows anything."""
        if isinstance(self.annotation, ast.Subscript) and ast.unparse(self.annotation.value) == "Literal":
            choices = ast.literal_eval(self.annotation.slice)
            choices = choices if isinstance(choices, tuple) else (choices,)
            return None if value in choices else f"one of {', '.join(map(str, choices))}"
        kind = ast.unparse(self.annotation) if self.annotation else ""
        # By exact type, because True is an int for `isinstance`.
        return None if type(value) in TYPES.get(kind, {type(value)}) else f"a value of type {kind}"


def options(root: Path, path: str, function: str) -> dict[str, Option]:
    """Return the keyword-only arguments of a function, or of a method written `Class.method`."""
    node: ast.AST = ast.parse((root / path).read_text(encoding="utf-8"))
    for name in function.split("."):
        node = next(child for child in ast.iter_child_nodes(node) if getattr(child, "name", None) == name)
    arguments = zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)
    return {argument.arg: Option(default is None, argument.annotation) for argument, default in arguments}
