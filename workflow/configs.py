"""Config files read strictly: every key once, and nothing that Snakemake would run; in: a file, out: its content."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import yaml

RUNS_CODE = "__use_yte__"  # Snakemake then takes values that begin with `?` for Python


class Strict(yaml.SafeLoader):
    """A loader that refuses a key which stands twice in one mapping: YAML lets the last one win without a word."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        lines: dict[Any, int] = {}
        for key, _ in node.value:
            name, line = self.construct_object(key, deep=True), key.start_mark.line + 1
            if name in lines:
                raise ValueError(f"the key {name} stands twice, in lines {lines[name]} and {line}: keep one of them")
            lines[name] = line
        return super().construct_mapping(node, deep)


def read(path: Path) -> dict[str, Any]:
    """Return a config file's content. Raises ValueError where it is no mapping, or a key stands twice."""
    loader = Strict(path.read_text(encoding="utf-8-sig"))
    try:
        content = loader.get_single_data()
    finally:
        loader.dispose()
    if not isinstance(content, dict):
        raise ValueError("it holds no keys with values")
    return content


def mistakes(paths: Iterable[str | Path]) -> Iterator[str]:
    """Yield what is wrong with the config files of a run, one line each."""
    for path in dict.fromkeys(map(Path, paths)):
        try:
            content = read(path)
        except (OSError, ValueError, yaml.YAMLError) as error:
            yield f"{path}: {' '.join(str(error).split())}"
            continue
        if RUNS_CODE in content:
            yield f"{path}: {RUNS_CODE} makes a program of a config; write the values themselves"


def presets(folder: Path) -> dict[str, Path]:
    """Map each preset to its file: those of `folder` with a key `preset`."""
    files = {}
    for path in sorted([*folder.glob("*.yaml"), *folder.glob("*.yml")]):
        try:
            name = read(path).get("preset")
        except (ValueError, yaml.YAMLError):
            continue  # whoever asks for it hears of it
        if name is not None:
            files[str(name)] = path
    return files
