"""docs/protocol.md names keys that exist and covers every known discrepancy between paper and code."""

import re
from pathlib import Path

import yaml

ROOT = Path(__file__).parent.parent
PROTOCOL = (ROOT / "docs" / "protocol.md").read_text(encoding="utf-8")
CONFIG = yaml.safe_load((ROOT / "config" / "config.yaml").read_text(encoding="utf-8"))


def test_every_key_the_protocol_names_is_in_the_config():
    keys = {key for key in re.findall(r"`([a-z_]+(?:\.[a-z0-9_-]+)*)`", PROTOCOL) if key.split(".")[0] in CONFIG}
    assert len(keys) > 30
    for key in keys:
        section = CONFIG
        for part in key.split("."):
            assert part in section, key
            section = section[part]


def test_all_25_discrepancies_have_a_row():
    rows = [int(number) for number in re.findall(r"^\| (\d+) \|", PROTOCOL, re.MULTILINE)]
    assert rows == list(range(1, len(rows) + 1))
    assert len(rows) >= 25
