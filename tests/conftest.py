"""Fixtures: checkouts in which Snakemake runs or has run, a finished results folder, the paper's config, arithmetic."""

import copy
import os
import shutil
import signal

# As in a job (bench/job/__main__.py), before anything imports SciPy.
os.environ.setdefault("SCIPY_ARRAY_API", "1")
# One thread in each of the workers: more get into each other's way, and tests take ten times as long.
os.environ.setdefault("OMP_NUM_THREADS", "1")

import pytest
import torch
from checkout import Checkout
from filelock import FileLock
from paper_config import PAPER
from smoke_run import finish
from synthetic_results import PUBLISHED, write_results, write_tables

from bench.engine.checkpoint import Checkpoint
from bench.records.files import read_json
from bench.records.tables import read_table

# Started in a shell's background, this process ignores Ctrl-C, and so would what the tests start and interrupt.
signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items):
    """Give the smoke preset the time it takes on a slow machine, in the test that comes first to it."""
    for item in items:
        if "smoke" in item.fixturenames and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(900))


@pytest.fixture(autouse=True)
def _same_draws():
    """Start each test at the same random numbers, whatever its worker ran before."""
    torch.manual_seed(0)


@pytest.fixture
def checkout(tmp_path):
    return Checkout(tmp_path / "checkout")


@pytest.fixture(scope="session")
def smoke(tmp_path_factory, worker_id):
    """A checkout in which the smoke preset has run from beginning to end; all workers read the same one."""
    base = tmp_path_factory.getbasetemp()
    shared = base if worker_id == "master" else base.parent
    with FileLock(shared / "smoke.lock"):
        checkout = Checkout(shared / "smoke")
        if not (shared / "smoke.done").exists():
            finish(checkout)
            (shared / "smoke.done").touch()
    return checkout


@pytest.fixture(scope="session")
def whole_results(tmp_path_factory):
    """A results folder with everything in its place, only to be read."""
    folder = tmp_path_factory.mktemp("whole")
    plan = write_results(folder)
    for path in (folder / output for job in plan["jobs"] for output in job["outputs"]):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    write_tables(folder)
    return folder


@pytest.fixture
def results(whole_results, tmp_path):
    """A copy of a results folder with everything in its place, to plant faults in."""
    return shutil.copytree(whole_results, tmp_path / "results")


@pytest.fixture(scope="session")
def drawable(whole_results):
    """What a figure is drawn of, only to be read: the plan, its results folder and the published numbers."""
    return read_json(whole_results / "plan.json"), whole_results, read_table(PUBLISHED)


@pytest.fixture
def config():
    """A copy of the paper's config, to change."""
    return copy.deepcopy(PAPER)


@pytest.fixture
def double():
    """Compute in double precision, in which the order of a sum does not show."""
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


@pytest.fixture
def convolved(monkeypatch) -> list[tuple[bool, bool]]:
    """With TF32 on, of every convolution of a module: is it of a training step, and may it use TF32?"""
    seen, forward = [], torch.nn.Conv2d.forward

    def spy(self, x):
        seen.append((torch.is_grad_enabled(), torch.backends.cudnn.allow_tf32))
        return forward(self, x)

    monkeypatch.setattr(torch.backends.cudnn, "allow_tf32", True)
    monkeypatch.setattr(torch.nn.Conv2d, "forward", spy)
    return seen


@pytest.fixture
def checkpoint(tmp_path) -> Checkpoint:
    return Checkpoint(tmp_path / "checkpoint", "digest")
