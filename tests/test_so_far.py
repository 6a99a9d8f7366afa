"""An unfinished run has tables of what there is, and the same command goes on."""

import re
import shutil

import pytest
from checkout import Checkout
from smoke_run import COMMAND
from smoke_run import results as everything
from synthetic_results import PUBLISHED, write_tables

from bench.records.files import read_json, write_json
from bench.report.results import read_results
from bench.tables import first_page
from workflow.so_far import ASKED, so_far


def test_what_lacks_a_file_is_left_out_and_the_page_says_so(results):
    plan = read_json(results / "plan.json")
    (results / "runs/mnist5k/vae/0-1/metrics/generate.csv").unlink()
    (results / "runs/shapes/irmae/2/history.csv").unlink()
    part = so_far(plan, results)
    gone = {"runs/mnist5k/vae/0-1", "runs/shapes/irmae/2"}
    assert {run["path"] for run in plan["runs"]} - {run["path"] for run in part["runs"]} == gone
    assert part["unfinished"] == f"{len(plan['runs']) - 2} of {len(plan['runs'])} runs"
    write_json(results / "plan.json", part | {"jobs": plan["jobs"]})
    write_tables(results)
    page = first_page(read_results(results / "plan.json", results, PUBLISHED))
    assert f"**Unfinished: {part['unfinished']} are here; the same command goes on.**" in " ".join(page.split())


def test_a_data_set_of_which_nothing_is_complete_is_left_out(results):
    plan = read_json(results / "plan.json")
    shutil.rmtree(results / "runs/shapes")
    part = so_far(plan, results)
    assert part["config"]["datasets"] == ["mnist5k"] == [*part["datasets"]]
    assert all(panel["variants"] == [] for panel in part["figures"]["2"]["panels"])


def test_of_nothing_there_are_no_tables(results):
    plan = read_json(results / "plan.json")
    shutil.rmtree(results / "runs")
    with pytest.raises(LookupError, match="nothing is complete yet"):
        so_far(plan, results)


@pytest.mark.long
@pytest.mark.timeout(900)
def test_of_an_unfinished_run_there_are_tables_and_the_same_command_ends_as_if_nothing_happened(smoke, tmp_path):
    checkout = smoke.copy(tmp_path / "checkout")
    folder = checkout.folder / "results/smoke"
    for path in ("runs/shapes", "runs/mnist5k/vae", "tables.md"):
        shutil.rmtree(folder / path) if (folder / path).is_dir() else (folder / path).unlink()
    ended = checkout.run("env", f"{ASKED}=1", *COMMAND)
    assert ended.returncode == 0, ended.stdout[-3000:]
    assert not re.findall(r"^rule (?:train|encode)", ended.stdout, re.MULTILINE)
    assert "**Unfinished:" in (folder / "tables.md").read_text(encoding="utf-8")
    assert checkout.run(*COMMAND).returncode == 0
    assert everything(checkout) == everything(smoke)


@pytest.mark.long
def test_after_its_minutes_it_ends_and_keeps_everything(tmp_path):
    checkout = Checkout(tmp_path / "checkout")
    ended = checkout.run("env", "MINUTES=0.3", *COMMAND)
    assert "0.3 minutes are over: making the tables of what there is." in ended.stdout
    assert "nothing is complete yet, so there are no tables; the same command goes on" in ended.stdout
    assert (checkout.folder / "results/smoke/plan.json").exists()
