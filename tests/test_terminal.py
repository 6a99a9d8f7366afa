"""What a person sees who runs the suite on a terminal; its jobs run with a stand-in for Python, the view does not."""

import os
import pty
import subprocess
from functools import partial

import pytest

DATA = "results/smoke/data/shapes/data.json"
LOG = "results/snakemake.log"
COMMAND = ("bash", "workflow/run.sh", "--cores", "1", "plan", DATA, "--config", "preset=smoke")
STAND_IN = """#!/usr/bin/env bash
echo "progress 1/4 train images  9 s left"
{does}
"""
FETCH = """
until [ -e go ]; do sleep 0.1; done
cd results/smoke/data/shapes
touch {train,test}{,_labels}.npy data.json
"""


class Terminal:
    """A command on a terminal of its own."""

    def __init__(self, checkout, does):
        stand_in = checkout.folder / "bin/python"
        stand_in.write_text(STAND_IN.format(does=does))
        stand_in.chmod(0o755)
        self.master, slave = pty.openpty()
        environment = checkout.environment | {"TERM": "xterm", "COLUMNS": "140", "LINES": "40"}
        self.process = subprocess.Popen(
            COMMAND, cwd=checkout.folder, env=environment, preexec_fn=partial(os.login_tty, slave)
        )
        os.close(slave)
        self.text = ""

    def read(self, until=None):
        """Read up to a text, or to the end."""
        while until is None or until not in self.text:
            try:
                self.text += os.read(self.master, 65536).decode(errors="replace")
            except OSError:  # the other end is closed
                assert until is None, self.text
                return self.text
        return self.text

    def type(self, keys):
        os.write(self.master, keys)


@pytest.fixture
def terminal(checkout):
    opened = []

    def start(does):
        opened.append(Terminal(checkout, does))
        return opened[-1]

    yield start
    for each in opened:
        each.process.kill()
        each.process.wait()
        os.close(each.master)


def test_the_view_takes_the_place_of_snakemakes_own_words(terminal, checkout):
    here = terminal(FETCH)
    here.read("1/4 train images")
    (checkout.folder / "go").touch()
    text = here.read()
    assert here.process.wait() == 0, text
    assert f"Snakemake writes to {LOG}" in text
    assert "fetch shapes" in text and "jobs done" in text
    assert "rule fetch:" not in text
    assert "rule fetch:" in (checkout.folder / LOG).read_text()
    assert (checkout.folder / DATA).exists()


def test_a_failure_is_seen_at_the_end_and_in_the_exit_code(terminal):
    here = terminal('echo "bench.fetch: no shapes today"\nexit 1')
    text = here.read()
    assert here.process.wait() == 1
    assert "bench.fetch: no shapes today" in text
    assert "failed: fetch shapes" in text
    assert f"Snakemake failed; all it said is in {LOG}" in text


def test_ctrl_c_stops_snakemake_and_its_jobs(terminal, checkout):
    here = terminal("echo $$ > job.pid\nexec sleep 600")
    here.read("1/4 train images")
    here.type(b"\x03")
    text = here.read()
    assert here.process.wait() != 0
    assert "failed: fetch shapes" in text and "Snakemake failed" in text
    with pytest.raises(ProcessLookupError):
        os.kill(int((checkout.folder / "job.pid").read_text()), 0)
