"""What hands the suite over says the same as what it is made of: versions, commands, the container's steps."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent


def read(name):
    return (ROOT / name).read_text(encoding="utf-8")


TARGETS = set(" ".join(re.findall(r"^([\w./ -]+):(?!=)", read("Makefile"), re.MULTILINE)).split())


def test_the_version_is_the_last_released_one_everywhere():
    citation = yaml.safe_load(read("CITATION.cff"))
    version, day = re.search(r"^## \[(\d.*)\] - (\S+)$", read("CHANGELOG.md"), re.MULTILINE).groups()
    assert version == citation["version"] == tomllib.loads(read("pyproject.toml"))["project"]["version"]
    assert day == str(citation["date-released"])
    assert citation["license"] in read("LICENSE").splitlines()[0]


def test_the_container_takes_the_steps_of_the_readme():
    lines = read("Dockerfile").replace("\\\n", " ").splitlines()
    steps = [line.split(maxsplit=1) for line in lines if line and not line.startswith("#")]
    commands = [text for word, text in steps if word in ("RUN", "CMD")]
    needed = re.search(r"^You need Linux .*, Python 3.11 to .*, (\w+) and (\w+)\.", read("README.md"), re.MULTILINE)
    assert {*needed.groups(), "python3", "python3-venv"} <= set(commands[0].split())
    assert commands[-2:] == ["make .venv/stamp", '["make", "quick"]']
    assert ".venv/stamp" in TARGETS and "make quick " in read("README.md")
    assert steps[0] == ["FROM", "debian:bookworm-slim"]  # Python 3.11
    assert ["USER", "1000"] in steps


@pytest.mark.parametrize("preset", ["quick", "laptop", "paper"])
def test_every_preset_is_made_alike_with_the_users_data_and_settings(preset):
    words = ["make", "--dry-run", "--assume-old", ".venv/stamp", preset]
    said = [
        subprocess.run([*words, *more], cwd=ROOT, capture_output=True, text=True, check=True).stdout
        for more in ([], ["DATA_ROOT=/raw data", "EXTRA=family", "MINUTES=9"])
    ]
    plain, full = (" ".join(text.replace("\\\n", " ").split()) for text in said)
    assert f"MINUTES= bash workflow/run.sh --cores all --config preset={preset} sed" in plain
    given = 'data_root="/raw data" --configfile config/extra/family.yaml'
    assert f"MINUTES=9 bash workflow/run.sh --cores all --config preset={preset} {given}" in full
    assert f"results/{preset}/index.html" in plain


def test_the_relatives_of_small_data_are_not_put_into_the_papers_preset(tmp_path):
    (tmp_path / "config/extra").mkdir(parents=True)
    (tmp_path / "config/extra/family.yaml").touch()
    words = ["make", "--file", ROOT / "Makefile", "--assume-old", ".venv/stamp", "paper", "EXTRA=family"]
    made = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True)
    assert made.returncode and made.stderr.startswith("EXTRA=family: make paper trains the relatives as it is")


def test_every_command_that_a_contributor_is_given_is_a_target():
    commands = re.findall(r"^make ([\w-]+)", read("CONTRIBUTING.md"), re.MULTILINE)
    assert len(commands) == 6
    assert set(commands) <= TARGETS


def test_the_checks_elsewhere_are_those_of_ci():
    (job,) = yaml.safe_load(read(".github/workflows/test.yml"))["jobs"].values()
    assert job["steps"][-1]["run"].endswith("bash .ci/run")
    (repo,) = yaml.safe_load(read(".pre-commit-config.yaml"))["repos"]
    assert [hook["entry"] for hook in repo["hooks"]] == ["make lint"]
    assert "test: lint\n" in read("Makefile")
    assert re.findall(r"^make ([\w-]+)$", read(".ci/run"), re.MULTILINE) == ["test", "test-all"]


def test_the_catalog_is_told_what_works():
    usage = yaml.safe_load(read(".snakemake-workflow-catalog.yml"))["usage"]
    assert usage["software-stack-deployment"] == {"conda": (ROOT / "environment.yml").exists()}
    assert usage["report"] == ("report(" in read("workflow/rules/report.smk"))
