"""A results folder that is right, one that cannot be read, and what becomes of the findings."""

import shutil
import sys

import pandas as pd
import pytest
from planted import RUN, findings

from bench import check
from bench.checks import __main__ as command
from bench.job.command import Stop


def test_a_folder_that_is_right_has_no_errors(results):
    assert findings(results) == []
    # That seeds 0 and 1 were trained together and seed 2 alone makes no difference.
    kinds = [line.split(" ")[0] for line in findings(results, "warning")]
    assert kinds == ["diverged"]


def test_the_rule_ends_well_whatever_it_finds_and_keeps_it_as_a_table(results, capsys):
    (results / "tables.md").unlink()
    check.main(plan=results / "plan.json", findings=results / "tables/check.csv")
    table = pd.read_csv(results / "tables/check.csv")
    assert table.iloc[0].tolist()[:3] == ["error", "complete", "tables.md"]
    assert set(table["severity"]) == {"error", "warning"}
    assert "ERROR    complete   tables.md: is missing" in capsys.readouterr().out


def test_errors_make_the_exit_code_of_the_command(results, capsys, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["checks", str(results)])
    with pytest.raises(SystemExit) as end:
        command.main()
    assert not end.value.code
    assert capsys.readouterr().out.splitlines()[-1].startswith(f"{results}: 0 errors, 1 warnings, ")
    (results / "tables.md").unlink()
    with pytest.raises(SystemExit) as end:
        command.main()
    assert end.value.code == 1
    assert capsys.readouterr().out.splitlines()[-1].startswith(f"{results}: 1 errors, 1 warnings, ")


def test_benchmark_files_may_go(results):
    shutil.rmtree(results / "benchmarks")
    assert findings(results) == []


@pytest.mark.parametrize(
    ("plan", "message"),
    [
        (None, "plan.json is missing: give the folder of a finished run"),
        ("{", "plan.json cannot be read"),
        ('{"runs": []}', "plan.json is of another version of this suite"),
        ("null", "plan.json is of another version of this suite"),
    ],
)
def test_a_folder_without_its_plan_stops_in_one_line(tmp_path, monkeypatch, plan, message):
    if plan:
        (tmp_path / "plan.json").write_text(plan)
    monkeypatch.setattr(sys, "argv", ["checks", str(tmp_path)])
    with pytest.raises(Stop, match=message):
        command.main()


def test_a_broken_file_is_a_finding_and_hides_no_other(results):
    (results / RUN / "provenance.json").write_text("{")
    (results / "tables.md").unlink()
    lines = findings(results)
    assert any(line.startswith("complete tables.md") for line in lines)
    assert any(line.startswith(f"readable {RUN}/provenance.json: cannot be read (JSONDecodeError") for line in lines)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        (f"{RUN}/provenance.json", "[]"),
        (f"{RUN}/provenance.json", '{"code": "a"}'),
        (f"{RUN}/metrics/generate.csv", ""),
        (f"{RUN}/metrics/generate.csv", "seed,metric,value\none,mse,1.0\n"),
        ("data/mnist5k/data.json", "5"),
    ],
)
def test_a_file_of_another_kind_is_a_finding(results, name, content):
    (results / name).write_text(content)
    assert sum(line.startswith(f"readable {name}: cannot be read (") for line in findings(results)) == 1
