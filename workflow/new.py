"""`make new-model NAME=x` and `make new-measure NAME=x`: a file to start from and its line in config/config.yaml."""

import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from workflow import sources

MODEL = '''\
"""NAME: what it does and where it comes from (authors, year, number)."""

from torch import Tensor

from bench.models.base.autoencoder import RECONSTRUCTION, Autoencoder
from bench.models.base.backbone import Backbone


class Model(Autoencoder):
    """Mean squared error + weight * mean |z|: say what is minimised, and the equation it comes from."""

    def __init__(self, backbone: Backbone, *, weight: float = 1e-3) -> None:
        super().__init__(backbone)
        self.weight = weight

    def terms(self, x: Tensor, noise: Tensor | None) -> dict[str, Tensor]:
        z = self.encode(x)
        return {RECONSTRUCTION: (self.decode(z) - x).square().mean(), "size": self.weight * z.abs().mean()}
'''

MEASURE = '''\
"""NAME: what it says about a model and where it comes from (authors, year, number)."""

import math
from collections.abc import Iterator

import numpy as np

from bench.measures.base.trained import Trained


def measure(trained: Trained) -> Iterator[tuple[str, float]]:
    """Yield the root mean square of the test codes; NaN if they are not finite, as those of a seed that diverged."""
    codes = trained.codes["test"].astype(np.float64)
    yield "NAME", float(np.sqrt((codes**2).mean())) if np.isfinite(codes).all() else math.nan
'''


@dataclass(frozen=True)
class Kind:
    """What can be added: its folder and file, its section of the config, and the keys there whose value is its name."""

    folder: str
    text: str
    section: str
    keys: tuple[str, ...] = ()


KINDS = {
    "model": Kind("bench/models", MODEL, "variants", ("model",)),
    "measure": Kind("bench/measures", MEASURE, "measures"),
}


def add(kind: Kind, name: str, root: Path) -> None:
    """Write a file and add its line to the config, or exit with one line and change nothing."""
    if not re.fullmatch("[a-z][a-z0-9_]*", name):
        sys.exit(f"NAME is {name!r}; give lower-case letters, digits and _, as in NAME=mine")
    path, config = root / kind.folder / f"{name}.py", root / "config" / "config.yaml"
    if path.exists() or path.with_suffix("").exists():
        known = ", ".join(sources.names(root, kind.folder))
        sys.exit(f"{kind.folder}/{name} is there already; choose another NAME than {known}")
    text = with_entry(config.read_text(encoding="utf-8"), kind.section, name, dict.fromkeys(kind.keys, name))
    path.write_text(kind.text.replace("NAME", name), encoding="utf-8")
    config.write_text(text, encoding="utf-8")
    print(f"{kind.folder}/{name}.py and its line under `{kind.section}` in config/config.yaml are yours to change.")


def with_entry(text: str, section: str, name: str, value: dict[str, Any]) -> str:
    """Return a config with one more entry at the end of a section and otherwise the same, or exit with one line."""
    config, line = yaml.safe_load(text), yaml.safe_dump({name: value}, default_flow_style=None).strip()
    if not isinstance(config.get(section), dict):
        sys.exit(f"config/config.yaml has no section `{section}`: add `{section}: {{}}` to it")
    if name in config[section]:
        sys.exit(f"config/config.yaml has {name} under `{section}` already; choose another NAME")
    changed = inserted(text, next(node for key, node in yaml.compose(text).value if key.value == section), line)
    if yaml.safe_load(changed) != config | {section: config[section] | {name: value}}:
        sys.exit(f"config/config.yaml is written so that `{line}` must go under `{section}` by hand")
    return changed


def inserted(text: str, section: yaml.MappingNode, line: str) -> str:
    """Return a text with one more entry at the end of a mapping in it."""
    if section.flow_style:
        end, line = section.end_mark.index - 1, f"{', ' if section.value else ''}{line}"
    else:
        # Of the last entry's end; the mapping's own end is where the next one begins, behind comments about that.
        end = (text + "\n").index("\n", last(section).end_mark.index)
        line = f"\n{' ' * section.start_mark.column}{line}"
    return text[:end] + line + text[end:]


def last(node: yaml.Node) -> yaml.Node:
    """Return the last thing in a node that is written in lines of its own."""
    while isinstance(node, yaml.CollectionNode) and not node.flow_style:
        node = node.value[-1][1] if isinstance(node, yaml.MappingNode) else node.value[-1]
    return node


if __name__ == "__main__":
    try:
        add(KINDS[sys.argv[1]], sys.argv[2], Path(__file__).resolve().parent.parent)
    except yaml.YAMLError as error:
        sys.exit(f"config/config.yaml: {' '.join(str(error).split())}; mend it, or add the line by hand")
