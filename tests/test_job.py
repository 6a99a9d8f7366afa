"""The runner of rules, `python -m bench.job`, and which code it says has run."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from bench.job import __main__ as runner
from bench.job import source
from bench.job.__main__ import arguments, asked
from bench.job.command import Stop

ROOT = Path(__file__).parents[1]


def job(*words: str, folder: Path = ROOT) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "bench.job", *words]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)


# Command line


def rule(*, counts: list, data_root: Path, metrics: Path, device: torch.device) -> None: ...


WORDS = ["--data-root", "raw", "--metrics", "out.csv", "--device", "cpu", "--settings", '{"counts": [1, 2]}']


def test_paths_are_options_and_all_else_is_settings():
    assert arguments("rule", rule, WORDS) == {
        "counts": [1, 2],
        "data_root": Path("raw"),
        "metrics": Path("out.csv"),
        "device": torch.device("cpu"),
    }


def test_the_rule_comes_first_and_the_files_of_its_code_wherever_they_stand():
    for words in (["--code", "a.py", "b.py", *WORDS], [*WORDS, "--code", "a.py", "b.py"]):
        assert asked(["fetch", *words]) == ("fetch", [Path("a.py"), Path("b.py")], WORDS)


def refusal(capsys, function, *given) -> str:
    """Return the one line in which a command line is refused."""
    with pytest.raises(SystemExit) as stopped:
        function(*given)
    assert stopped.value.code == 2
    output, line = capsys.readouterr()
    assert output == "" and line.count("\n") == 1
    return line


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "required: RULE"),
        (["trian"], "'trian' .choose from 'aggregate', .* 'train'"),
    ],
)
def test_a_rule_that_does_not_exist_is_answered_in_a_line_with_those_that_do(capsys, words, message):
    assert re.search(message, refusal(capsys, asked, words))


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (WORDS[2:], "python -m bench.job rule: .* required: --data-root"),
        ([*WORDS, "--out", "x"], "unrecognized arguments: --out x"),
        ([*WORDS[2:], "--data", "raw"], "required: --data-root"),  # the beginning of an option is not the option
        ([*WORDS, "--device", "tpu"], "--device: invalid choice: 'tpu'"),
        ([*WORDS, "--settings", "{"], "--settings: { is no JSON object: Expecting property name"),
        ([*WORDS, "--settings", "[1]"], r"--settings: \[1\] is no JSON object"),
        (WORDS[:-2], r"--settings: its keys are \[\]; it takes exactly \['counts'\]"),
        ([*WORDS, "--settings", '{"counts": [], "metrics": "x"}'], r"\['counts', 'metrics'\]; .* \['counts'\]"),
    ],
)
def test_a_wrong_command_line_is_refused_in_a_line_that_says_what_is_wrong(capsys, words, message):
    assert re.search(message, refusal(capsys, arguments, "rule", rule, words))


def test_help_alone_lists_the_rules_and_after_a_rule_its_options():
    alone, fetch = job("--help"), job("fetch", "--help")
    assert alone.returncode == fetch.returncode == 0 and alone.stderr == fetch.stderr == ""
    assert "RULE" in alone.stdout and "fid_extractor, figure" in alone.stdout
    assert re.search(r"--settings JSON +keys: dataset, options\n", fetch.stdout)
    assert re.search(r"--data-root PATH\n +--data PATH\n", fetch.stdout) and "Rule `fetch`" in fetch.stdout


def test_an_unknown_rule_ends_in_one_line_and_exit_code_2():
    ended = job("trian")
    assert (ended.returncode, ended.stdout, ended.stderr.count("\n")) == (2, "", 1)


def test_what_the_user_can_mend_ends_in_one_line_that_names_the_rule(tmp_path):
    settings = json.dumps({"dataset": "mnst", "options": {}})
    ended = job("fetch", "--settings", settings, "--data-root", ".", "--data", str(tmp_path / "data"))
    assert (ended.returncode, ended.stdout) == (1, "")
    assert re.fullmatch(r"bench\.fetch: no data set 'mnst'; there are celeba, .*\n", ended.stderr)
    assert not (tmp_path / "data").exists()


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a GPU")
def test_a_missing_gpu_stops_in_one_line_that_names_the_ways_out(tmp_path):
    files = ["--data", str(tmp_path), "--weights", str(tmp_path / "weights.safetensors")]
    ended = job("fid_extractor", "--settings", '{"epochs": 1}', "--device", "cuda", *files)
    assert ended.returncode == 1
    (line,) = ended.stderr.splitlines()
    assert line.startswith("bench.fid_extractor: the config asks for device cuda")
    assert "make doctor" in line and "--config device=cpu" in line and "--config preset=quick" in line
    assert not (tmp_path / "weights.safetensors").exists()


# The package

IMPORT = """
import os, signal, sys
numbers = signal.valid_signals()
before = dict(os.environ), [signal.getsignal(number) for number in numbers], list(sys.path)
import bench
assert (dict(os.environ), [signal.getsignal(number) for number in numbers], list(sys.path)) == before
print(*(name for name in sys.modules if name.startswith("bench")))
"""


def test_importing_the_package_changes_nothing_and_loads_no_module_of_it():
    ended = subprocess.run([sys.executable, "-c", IMPORT], cwd=ROOT, capture_output=True, text=True, check=True)
    assert ended.stdout.split() == ["bench"]


# Which code has run


@pytest.fixture
def repository(tmp_path, monkeypatch):
    """A repository with two files of code, one in a folder, which stands for this one."""
    folder = tmp_path / "repository"
    for name in ("bench/one.py", "bench/room/two.py"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(f"# {name}\n")
    git(folder, "init", "--quiet")
    commit(folder)
    monkeypatch.setattr(source, "REPOSITORY", folder)
    monkeypatch.setattr(source, "_taken", {})
    return folder


def git(folder: Path, *words: str) -> str:
    who = ["-c", "user.name=a", "-c", "user.email=a@b"]
    return subprocess.run(["git", *who, *words], cwd=folder, capture_output=True, text=True, check=True).stdout.strip()


def commit(folder: Path) -> None:
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "a")


def test_what_is_taken_at_the_beginning_stays_although_the_code_is_edited_and_committed(repository):
    files = [repository / "bench/one.py"]
    begun = {"commit": git(repository, "rev-parse", "HEAD"), "dirty": False, "code": source.digest(files)}
    source.take(files)
    assert source.taken() == begun
    files[0].write_text("# edited\n")
    assert source.source(files)["dirty"]
    commit(repository)
    assert source.taken() == begun
    now = source.source(files)
    assert now["commit"] != begun["commit"] and now["code"] != begun["code"] and not now["dirty"]


def test_the_digest_depends_on_contents_and_places_and_on_nothing_else(repository, monkeypatch):
    one, two = files = [repository / "bench/one.py", repository / "bench/room/two.py"]
    whole = source.digest(files)
    assert source.digest([two, one, one]) == whole
    monkeypatch.chdir(two.parent)
    assert source.digest([Path("../one.py"), Path("two.py")]) == whole
    assert source.digest([one]) != whole
    one.rename(two.parent / "three.py")  # the same bytes elsewhere
    assert source.digest([two.parent / "three.py", two]) != whole
    (two.parent / "three.py").rename(one)
    assert source.digest(files) == whole
    two.write_text("# edited\n")
    assert source.digest(files) != whole


def test_without_files_or_a_repository_it_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(source, "REPOSITORY", tmp_path)
    unknown = {"commit": "unknown (no repository here: clone the suite)", "dirty": None, "code": "unknown"}
    assert source.source([]) == unknown


def test_below_another_repository_the_commit_is_not_that_ones(repository, monkeypatch):
    monkeypatch.setattr(source, "REPOSITORY", repository / "bench")
    said = source.source([])
    assert said["dirty"] is None
    assert said["commit"].startswith("unknown (the suite lies in another repository, repository: clone it")


def test_without_git_nobody_knows(repository, monkeypatch):
    monkeypatch.setenv("PATH", "")
    assert source.source([])["commit"] == "unknown (git is not installed)"


def test_the_users_settings_of_git_change_no_answer(repository, tmp_path, monkeypatch):
    before = source.source([])
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "other"))
    monkeypatch.setenv("GIT_WORK_TREE", str(tmp_path))
    assert source.source([]) == before and before["dirty"] is False
    monkeypatch.delenv("GIT_DIR")
    monkeypatch.delenv("GIT_WORK_TREE")
    git(repository, "config", "status.showUntrackedFiles", "no")
    (repository / "bench/mine.py").touch()
    (repository / ".git/index.lock").touch()  # another git at work
    assert source.source([])["dirty"] is True


def test_a_job_whose_code_is_edited_while_it_runs_ends_in_one_line(repository, monkeypatch):
    code = [repository / "bench/one.py"]
    source.take(code)
    monkeypatch.setattr(runner, "call", lambda rule, words: code[0].write_text("# edited\n"))
    with pytest.raises(Stop, match="the code was edited while this job ran"):
        runner.run("train", [], code)


def test_the_code_is_taken_before_the_rule_is_loaded(monkeypatch):
    order = []
    monkeypatch.setattr(sys, "argv", ["bench.job", "fetch", "--code", "a.py"])
    monkeypatch.setattr(source, "take", lambda files: order.append(files))
    monkeypatch.setattr(runner, "run", lambda rule, words, code: order.append((rule, words)))
    monkeypatch.setattr(runner, "execute", lambda rule, main: main())
    runner.main()
    assert order == [[Path("a.py")], ("fetch", [])]
