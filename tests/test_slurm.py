"""A real Slurm on loopback: the same results as without it, whatever happens to nodes and jobs."""

import os
import signal
import sys
from contextlib import contextmanager

import pytest
import torch
from checkout import Checkout
from slurm_cluster import Cluster, missing
from smoke_run import COMMAND, finish, start
from stand_in import SMOKE

pytestmark = [
    pytest.mark.long,
    pytest.mark.timeout(1500),
    pytest.mark.skipif(bool(missing()), reason=f"no Slurm here: {', '.join(missing())} not found"),
]
SLURM = ("bash", "workflow/run.sh", "--profile", "profiles/slurm", "--max-threads", "2")
# The plugin looks ten seconds later each time nothing has ended.
SNAKEMAKE = f"""#!{sys.executable}
from snakemake.cli import main
from snakemake_executor_plugin_slurm import Executor

Executor.next_seconds_between_status_checks = property(lambda self: 1, lambda self, seconds: None)
main()
"""
# The program of the jobs: it says which GPU it was given.
PYTHON = f"""#!/bin/sh
echo "${{CUDA_VISIBLE_DEVICES-none}}" > visible
exec {sys.executable} "$@"
"""
RUN = "results/smoke/runs/mnist5k/ae/0-1"
LOG = "results/smoke/logs/train/mnist5k/ae/0-1.log"
NUMBERS = [f"{RUN}/metrics/{step}.csv" for step in ("encode", "classify", "generate", "reevaluate")]
LONG = ("--config", "preset=smoke", "training={epochs: 100}")


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    with Cluster(tmp_path_factory.mktemp("slurm")) as cluster, pytest.MonkeyPatch.context() as patch:
        for name in ("PATH", "SLURM_CONF"):
            patch.setenv(name, cluster.environment[name])
        yield cluster


@pytest.fixture(scope="module")
def head(cluster, tmp_path_factory):
    """A checkout whose Snakemake sees at once that a job ended; all tests here go on from what it has."""
    checkout = Checkout(tmp_path_factory.mktemp("head") / "checkout")
    checkout.put("snakemake", SNAKEMAKE)
    return checkout


@contextmanager
def running(checkout, command):
    """Run a command meanwhile; what goes wrong here ends it."""
    process = start(checkout, command)
    try:
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def test_a_run_of_the_smoke_preset_ends_in_the_same_numbers(head, cluster, smoke):
    """Of one run alone, because each of its jobs starts Snakemake anew."""
    finish(head, (*SLURM, *NUMBERS, *SMOKE))
    for path in NUMBERS:
        assert (head.folder / path).read_bytes() == (smoke.folder / path).read_bytes()
    jobs = [job.removeprefix("rule_").split("_wildcards_")[0] for job in cluster.jobs("%k")]
    grouped = {"reference_fid_extractor_reference", "evaluate_encode_generate"}  # the short steps
    assert set(jobs) == grouped | {"fetch", "train", "classify", "reevaluate"} and len(jobs) == 6


def test_cancelled_requeued_and_off_a_drained_node_a_training_ends_the_same(head, cluster, tmp_path):
    undisturbed = Checkout(tmp_path / "undisturbed")
    target = f"{RUN}/model.safetensors"
    log = head.folder / LOG
    checkpoint = head.folder / "results/smoke/checkpoints/mnist5k/ae/0-1/state.safetensors"
    with (
        running(undisturbed, (*COMMAND[:3], "1", target, *LONG)) as local,
        running(head, (*SLURM, target, *LONG)) as process,
    ):
        cluster.wait(checkpoint.exists, 120)
        assert cluster.jobs("%m", "running") == ["16000M"]
        cluster.run("scancel", *cluster.jobs("%i", "running"))
        cluster.wait(lambda: resumed(log), 120)
        assert cluster.jobs("%m", "running") == ["32000M"]  # the second attempt asks for more
        cluster.run("scontrol", "update", "NodeName=node", "State=DRAIN", "Reason=test")
        cluster.run("scontrol", "requeue", *cluster.jobs("%i", "running"))
        cluster.wait(lambda: cluster.jobs("%m", "pending") == ["32000M"])
        log.unlink()
        cluster.run("scontrol", "update", "NodeName=node", "State=RESUME")
        cluster.wait(lambda: resumed(log), 120)
        assert process.wait() == 0, (head.folder / "log").read_text()[-5000:]
        assert local.wait() == 0, (undisturbed.folder / "log").read_text()[-5000:]
    for name in ("model.safetensors", "history.csv"):
        assert (head.folder / RUN / name).read_bytes() == (undisturbed.folder / RUN / name).read_bytes()


def resumed(log):
    return log.exists() and "resumed after epoch" in log.read_text(encoding="utf-8")


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a GPU")
def test_a_job_is_given_the_gpu_its_rule_asks_for(head, cluster):
    head.put("python", PYTHON)
    target = (f"{RUN}/model.safetensors", "--config", "preset=smoke", "device=cuda")
    with running(head, (*SLURM, "--retries", "0", *target)) as process:
        assert process.wait() == 1
    assert (head.folder / "visible").read_text() == "0\n"
    assert "bench.train: the config asks for device cuda" in (head.folder / LOG).read_text(encoding="utf-8")
