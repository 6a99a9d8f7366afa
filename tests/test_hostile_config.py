"""A hostile config: its texts never reach a shell as code, its names never leave the results folder."""

import json

import pytest
from checkout import Checkout
from stand_in import SMOKE

SHELL = """x"; touch pwned; `touch pwned` {log} '; touch pwned; '"""


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    """A checkout for all of them: none may run anything or write beside it."""
    checkout = Checkout(tmp_path_factory.mktemp("hostile") / "checkout")
    yield checkout
    assert not list(checkout.folder.parent.rglob("*pwned*"))
    assert [path.name for path in checkout.folder.parent.iterdir()] == ["checkout"]


def refused(checkout, *config: str) -> list[str]:
    """Return the lines with which a config is refused before anything is planned."""
    result = checkout.snakemake("--dry-run", "--config", *config)
    assert result.returncode == 1
    assert "Building DAG" not in result.stdout
    return result.stdout.splitlines()


def test_names_that_are_code_or_lead_out_of_the_folder_are_refused(hostile):
    lines = refused(
        hostile, "preset=smoke", "datasets=['x; touch pwned',../../x]", "figures={../x: {kind: frontier}}",
        "variants={../../x: {model: ae}, y: {model: ../../x}}", "device=cpu; touch pwned",
    )  # fmt: skip
    for beginning in (
        "datasets: there is no data set 'x; touch pwned'",
        "datasets: there is no data set '../../x'",
        "variants: '../../x' is to name files and does not match",
        "variants.y: there is no model '../../x'",
        "figures: '../x' is to name files and does not match",
        "device: 'cpu; touch pwned' is not one of ['cuda', 'cpu']",
    ):
        assert [line for line in lines if line.startswith(beginning)], lines


def test_a_preset_that_leads_out_of_the_folder_is_refused(hostile):
    assert any("preset: there is no preset '../../x'" in line for line in refused(hostile, "preset=../../x"))


def test_numbers_that_are_code_are_refused(hostile):
    lines = refused(hostile, "preset=smoke", "seeds=['0; touch pwned']", "data={shapes: {components: $(touch pwned)}}")
    assert "seeds.0: '0; touch pwned' is not of type 'integer'" in lines
    assert "data.shapes.components: '$(touch pwned)' is not of type 'integer'" in lines


def test_a_text_reaches_its_job_as_it_is(hostile):
    hostile.put("python", '#!/usr/bin/env bash\nprintf "%s\\n" "$@"\nexit 1\n')
    (hostile.folder / "texts.yaml").write_text(json.dumps({"data_root": SHELL}))
    target = "results/smoke/data/shapes/data.json"
    result = hostile.snakemake("--cores", "1", target, "--configfile", "texts.yaml", *SMOKE)
    assert result.returncode == 1
    log = hostile.folder / "results/smoke/logs/fetch/shapes.log"
    assert str(hostile.folder / SHELL) in log.read_text().splitlines(), result.stdout


def test_a_folder_that_is_a_command_is_refused_as_a_variable(hostile):
    lines = refused(hostile, "preset=smoke", "data_root=$(touch pwned)")
    assert "data_root: $(touch pwned) names a variable that is not set" in lines


def test_a_config_file_cannot_name_python_objects(hostile):
    (hostile.folder / "objects.yaml").write_text("data_root: !!python/object/apply:os.mkdir [pwned]\n")
    result = hostile.snakemake("--dry-run", "--configfile", "objects.yaml")
    assert result.returncode == 1
    assert "Config file is not valid JSON or YAML" in result.stdout
