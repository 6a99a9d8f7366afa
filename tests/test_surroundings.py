"""Running the suite from other people's shells: PATH, PYTHONPATH, a terminal, another folder, no home."""

import os
import pty
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest
from checkout import Checkout
from smoke_run import results as everything

DATA = "results/smoke/data/shapes/data.json"
SMOKE = ("--cores", "1", "--config", "preset=smoke")
BARE = "/usr/sbin:/usr/bin:/sbin:/bin"  # no environment is activated


@pytest.fixture
def new(tmp_path):
    """A checkout in which nothing has run."""
    return Checkout(tmp_path / "checkout")


def run(checkout, *command, folder=None, **variables):
    environment = checkout.environment | variables
    output = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    return subprocess.run(command, cwd=folder or checkout.folder, env=environment, **output)


def test_without_an_activated_environment_jobs_run_with_snakemakes_python(new):
    ended = run(new, sys.executable, "-m", "snakemake", DATA, *SMOKE, PATH=BARE)
    assert ended.returncode == 0, ended.stdout
    assert (new.folder / DATA).exists()


def test_the_wrapper_finds_the_environment_that_make_installed(new):
    (new.folder / ".venv").symlink_to(Path(sys.executable).parents[1])
    ended = run(new, "bash", "workflow/run.sh", "-n", "--quiet", "--config", "preset=smoke", PATH=BARE)
    assert ended.returncode == 0, ended.stdout


def test_jobs_keep_the_callers_pythonpath_after_ours(new, tmp_path):
    for name in ("workflow", "bench"):
        (tmp_path / "modules" / name).mkdir(parents=True)
        (tmp_path / "modules" / name / "__init__.py").touch()
    (tmp_path / "modules/only_there.py").touch()
    path = new.folder / "bench/fetch.py"
    path.write_text(
        path.read_text(encoding="utf-8").replace("import numpy as np", "import numpy as np\nimport only_there")
    )
    ended = run(new, sys.executable, "-m", "snakemake", DATA, *SMOKE, PYTHONPATH=str(tmp_path / "modules"))
    assert ended.returncode == 0, ended.stdout


def test_from_another_folder_its_own_profile_and_raw_data_are_found(new, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    snakefile = ("-s", str(new.folder / "Snakefile"))
    ended = run(new, sys.executable, "-m", "snakemake", *snakefile, DATA, "-n", "-p", *SMOKE, folder=elsewhere)
    assert ended.returncode == 0, ended.stdout
    assert f"--data-root {new.folder / 'data'}" in ended.stdout


@pytest.mark.long
@pytest.mark.timeout(600)
def test_nothing_of_the_users_changes_a_byte_of_tables_or_figures(smoke, tmp_path):
    checkout, home = smoke.copy(tmp_path / "checkout"), tmp_path / "home"
    theme = "text.usetex: True\nfont.size: 20\nsavefig.bbox: tight\naxes.unicode_minus: False\n"
    for path in (home / ".config/matplotlib/matplotlibrc", checkout.folder / "matplotlibrc"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(theme)
    before = everything(checkout)
    theirs = {
        **{"HOME": str(home), "XDG_CONFIG_HOME": str(home / ".config"), "MPLBACKEND": "module://not_there"},
        **{"GIT_DIR": str(tmp_path), "GIT_WORK_TREE": str(tmp_path), "GIT_INDEX_FILE": str(tmp_path / "index")},
        **{"LC_ALL": "C", "TZ": "Pacific/Chatham", "PYTHONHASHSEED": "7", "COLUMNS": "20", "SEABORN_DATA": str(home)},
    }
    again = ("--forcerun", "aggregate", "judge", "figure", "tables")
    ended = run(checkout, sys.executable, "-m", "snakemake", *again, *SMOKE, **theirs)
    assert ended.returncode == 0, ended.stdout[-3000:]
    assert "localrule figure:" in ended.stdout and everything(checkout) == before


def on_a_terminal(checkout, *command, **variables):
    """Run a command on a terminal of its own; return its exit code and what was seen."""
    master, slave = pty.openpty()
    process = subprocess.Popen(
        command, cwd=checkout.folder, env=checkout.environment | variables, preexec_fn=partial(os.login_tty, slave)
    )
    os.close(slave)
    seen = b""
    while True:
        try:
            seen += os.read(master, 65536)
        except OSError:  # the other end is closed
            break
    os.close(master)
    return process.wait(), seen.decode(errors="replace").replace("\r\n", "\n")


def test_on_a_terminal_a_dry_run_a_mistake_and_help_are_seen_and_leave_nothing(new):
    log = new.folder / "results/snakemake.log"
    log.parent.mkdir()
    log.write_text("of a run that goes on\n")
    for words, status, said in (
        (("-n", "--config", "preset=smoke"), 0, "This was a dry-run"),
        (("--cores", "1", "--config", "preset=smok"), 1, "there is no preset 'smok'. Did you mean smoke?"),
        (("--help",), 0, "--cores"),
    ):
        ended, text = on_a_terminal(new, "bash", "workflow/run.sh", *words)
        assert (ended, said in text) == (status, True), text
    assert log.read_text() == "of a run that goes on\n" and [*log.parent.iterdir()] == [log]


def test_a_home_that_cannot_be_written_is_no_traceback(new):
    words = ("-n", "--quiet", "--config", "preset=smoke")
    ended = run(new, "bash", "workflow/run.sh", *words, HOME="/proc/nobody")
    assert ended.returncode == 0, ended.stdout
