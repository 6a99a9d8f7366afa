"""What docs/ names is there: keys of the config, rows, tests; and what they list runs as it stands."""

import re
from pathlib import Path

import numpy as np
import yaml

from workflow.new import KINDS

ROOT = Path(__file__).parent.parent
PROTOCOL = (ROOT / "docs" / "protocol.md").read_text(encoding="utf-8")
CONFIG = yaml.safe_load((ROOT / "config" / "config.yaml").read_text(encoding="utf-8"))
ADDING = (ROOT / "docs" / "adding.md").read_text(encoding="utf-8")


def test_every_key_the_protocol_names_is_in_the_config():
    last_cells = [line.rstrip("| ").rsplit("|", 1)[-1] for line in PROTOCOL.splitlines() if line.startswith("|")]
    named = {key for cell in last_cells for key in re.findall(r"`([^`]+)`", cell) if "NAME" not in key}
    in_text = {key for key in re.findall(r"`([a-z_]+(?:\.[a-z0-9_-]+)+)`", PROTOCOL) if key.split(".")[0] in CONFIG}
    assert len(named) > 80
    for key in named | in_text:
        section = CONFIG
        for part in key.split("."):
            assert part in section, key
            section = section[part]


def test_every_alternative_stands_in_its_row():
    rows = {int(n): line for n, line in re.findall(r"^\| (\d+) \|(.*)$", PROTOCOL, re.MULTILINE)}
    for name, alternative in CONFIG["sensitivity"]["alternatives"].items():
        assert f"`sensitivity.alternatives.{name}`" in rows[alternative["row"]], name


def test_the_rows_are_numbered_through_and_none_is_lost():
    rows = [int(number) for number in re.findall(r"^\| (\d+) \|", PROTOCOL, re.MULTILINE)]
    assert rows == list(range(1, 65 + 1))


def test_every_fault_names_a_test_that_there_is():
    named = re.findall(r"`(test_\w+)`", (ROOT / "docs" / "reliability.md").read_text(encoding="utf-8"))
    assert len(set(named)) > 30
    tests = {
        name for path in (ROOT / "tests").glob("test_*.py") for name in re.findall(r"def (test_\w+)", path.read_text())
    }
    assert set(named) <= tests


def test_the_model_that_is_walked_through_is_the_file():
    assert (ROOT / "bench" / "models" / "lorae.py").read_text(encoding="utf-8").rstrip() in ADDING
    assert "  lorae: {model: lorae, weight: 1.0e-5}" in ADDING
    assert CONFIG["variants"]["lorae"] == {"model": "lorae", "weight": 1e-5}


def test_the_measure_that_is_walked_through_is_the_one_to_start_from():
    assert f"```python\n{KINDS['measure'].text.replace('NAME', 'mine')}```" in ADDING
    assert "```yaml\n  mine: {}\n```" in ADDING


def test_the_data_set_that_is_walked_through_loads_as_it_stands():
    (listing,) = re.findall(r'```python\n("""mine: the 1,797 .*?)```', ADDING, re.DOTALL)
    module = {}
    exec(listing, module)
    splits = module["load"](Path(), train=1500)
    for split, count in ((splits.train, 1500), (splits.test, 297)):
        images = np.concatenate([*split.chunks])
        assert images.shape == (count, *splits.shape) == (count, 1, 32, 32) and images.dtype == np.uint8
        assert split.labels.shape == (count,) and set(split.labels) == set(range(splits.classes))
