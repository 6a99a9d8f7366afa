"""docs/protocol.md names keys that exist and covers every known discrepancy between paper and code."""

import re
from pathlib import Path

import yaml

ROOT = Path(__file__).parent.parent
PROTOCOL = (ROOT / "docs" / "protocol.md").read_text(encoding="utf-8")
SCHEMA = yaml.safe_load((ROOT / "workflow/schemas/config.schema.yaml").read_text(encoding="utf-8"))
CONFIG = yaml.safe_load((ROOT / "config" / "config.yaml").read_text(encoding="utf-8"))


def test_every_key_the_protocol_names_is_in_the_config():
    keys = {key for key in re.findall(r"`([a-z_]+(?:\.[a-z0-9_-]+)*)`", PROTOCOL) if key.split(".")[0] in CONFIG}
    assert len(keys) > 30
    for key in keys:
        section = CONFIG
        for part in key.split("."):
            assert part in section, key
            section = section[part]


def test_every_key_the_protocol_names_is_in_the_schema():
    keys = {key for key in re.findall(r"`([a-z_]+(?:\.[a-z0-9_-]+)*)`", PROTOCOL) if key.split(".")[0] in CONFIG}
    for key in keys:
        node = SCHEMA
        for part in key.split("."):
            node = below(node, part)
            assert node is not None, key


def below(node, part):
    """Return what the schema says of a key under a node, or None."""
    while "$ref" in node:
        node = SCHEMA["$defs"][node["$ref"].rsplit("/")[-1]]
    if part in node.get("properties", {}):
        return node["properties"][part]
    then, other = (node.get(branch, {}).get("properties", {}) for branch in ("then", "else"))
    if part in then | other:
        return (then | other)[part]
    # What a data set, a model or a figure takes is in the files that define them.
    free = node.get("additionalProperties", {})
    return None if free is False else free


def test_every_alternative_stands_in_its_row():
    rows = {int(n): line for n, line in re.findall(r"^\| (\d+) \|(.*)$", PROTOCOL, re.MULTILINE)}
    for name, alternative in CONFIG["sensitivity"]["alternatives"].items():
        assert f"`sensitivity.alternatives.{name}`" in rows[alternative["row"]], name


def test_all_25_discrepancies_have_a_row():
    rows = [int(number) for number in re.findall(r"^\| (\d+) \|", PROTOCOL, re.MULTILINE)]
    assert rows == list(range(1, len(rows) + 1))
    assert len(rows) >= 25


def test_every_fault_names_a_test_that_there_is():
    named = re.findall(r"`(test_\w+)`", (ROOT / "docs" / "reliability.md").read_text(encoding="utf-8"))
    assert len(set(named)) > 30
    found = {
        name for path in (ROOT / "tests").glob("test_*.py") for name in re.findall(r"def (test_\w+)", path.read_text())
    }
    assert set(named) <= found


def test_the_model_that_is_walked_through_is_the_file():
    adding = (ROOT / "docs" / "adding.md").read_text(encoding="utf-8")
    assert (ROOT / "bench" / "models" / "lorae.py").read_text(encoding="utf-8").rstrip() in adding
    assert "  lorae: {model: lorae, weight: 1.0e-5}" in adding
    assert CONFIG["variants"]["lorae"] == {"model": "lorae", "weight": 1e-5}
