"""The paper's config with its claims, the schema of all configs, and a preset laid over it."""

from typing import Any

import yaml
from checkout import REPOSITORY

from workflow import configs
from workflow.plan import typed

CONFIG = REPOSITORY / "config"
SCHEMA = yaml.safe_load((REPOSITORY / "workflow/schemas/config.schema.yaml").read_text(encoding="utf-8"))
PAPER = typed(configs.read(CONFIG / "config.yaml") | configs.read(CONFIG / "claims.yaml"))


def merged(old: Any, new: Any) -> Any:
    """Return a part of a config with another laid over it, as Snakemake does with two files."""
    if not isinstance(new, dict) or not isinstance(old, dict):
        return new
    return old | {key: merged(old.get(key), value) for key, value in new.items()}


def preset(name: str) -> dict[str, Any]:
    """Return the config of a preset."""
    return merged(PAPER, typed(configs.read(configs.presets(CONFIG)[name])))
