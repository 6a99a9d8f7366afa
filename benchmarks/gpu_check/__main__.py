"""Tell whether this GPU computes as a CPU does, and how fast it trains: `make gpu-check`, in at most 5 minutes.

Every check is made in a process beside this one and stands alone. A line each, then the verdict in one line; all
numbers are in benchmarks/results/gpu_check_CARD.json. `--device cpu` tries the checks themselves, with tiny networks,
in less than a minute.
"""

import argparse
import os
import re
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import torch

from bench.job.command import Stop, execute
from bench.job.lease import lease
from bench.records.files import write_json
from benchmarks.gpu_check import evaluation, speed, training
from benchmarks.gpu_check.cases import PAPER, case
from benchmarks.gpu_check.numbers import Number, Outcome
from benchmarks.gpu_check.worker import Worker
from benchmarks.machine import identity

RESULTS = Path(__file__).parents[1] / "results"
SECONDS, LONGEST = 285.0, 90.0  # of all checks and timings, of one; what starts and ends takes the rest of 5 minutes
ADVICE = {
    "cuda": "update the driver and torch (`make doctor`); does `make gpu-check DEVICE=cpu` pass?",
    "cpu": "the suite or its packages are at fault: `make clean`, and try again",
}

Check = Callable[[], list[Number]]


def checks(device: torch.device) -> dict[str, Check]:
    """Return what decides whether the device is to be trusted, by name."""
    tiny = device.type == "cpu"
    specs = {name: case(name, tiny) for name in PAPER}
    noisy = {name: specs[name] for name in ("irmae", "vae")}  # one takes no noise, one does
    return {
        **{f"gradients, {name}": partial(training.gradients, spec, device) for name, spec in specs.items()},
        **{f"20 steps, {name}": partial(training.twenty_steps, spec, device) for name, spec in noisy.items()},
        **{f"replay, {name}": partial(training.replay, spec, device) for name, spec in noisy.items()},
        "a seed alone": partial(training.seed_alone, specs["irmae"], device),
        "resume": partial(training.resume, specs["vae"], device),
        "classifiers": partial(evaluation.classifiers, device, tiny),
        "mixtures": partial(evaluation.mixtures, device, tiny),
        "FID features": partial(evaluation.fid_features, device, tiny),
    }


def timings(device: torch.device) -> dict[str, Check]:
    """Return what is timed, by name."""
    spec = case("irmae", device.type == "cpu")
    ways = speed.WAYS | ({} if device.type == "cpu" else speed.COMPILED)
    return {name: partial(speed.timed, way, spec, device) for name, way in ways.items()}


def run(every: dict[str, Check], until: float) -> dict[str, Outcome]:
    """Make checks in turn, print a line each and return what came of them.

    One takes at most `LONGEST` seconds and none begins after `until` of the monotonic clock. After one that failed the
    next has a fresh process.
    """
    outcomes, worker = {}, None
    for name, check in every.items():
        begun = time.monotonic()
        if begun < until:
            worker = worker or Worker()
            outcome = worker.outcome(check, min(LONGEST, until - begun))
        else:
            outcome = Outcome(problem="no time was left")
        outcomes[name] = outcome
        mark = "ok  " if outcome.passed else "FAIL"
        print(f"{mark}  {name:<26} {time.monotonic() - begun:5.1f} s  {outcome}", flush=True)
        if worker and not outcome.passed:
            worker.end()
            worker = None
    if worker:
        worker.end()
    return outcomes


def verdict(machine: dict, checked: dict[str, Outcome], timed: dict[str, Outcome]) -> str:
    """Return what was found, in one line: whether to trust the device, or what failed and what to do."""
    card, failed = machine["device_name"], [name for name, outcome in checked.items() if not outcome.passed]
    if failed:
        wrong = f"{len(failed)} of {len(checked)} checks failed ({'; '.join(failed)})"
        return f"do not trust what {card} computes: {wrong}; {ADVICE[machine['device']]}"
    count = f"{len(checked)} of {len(checked)} checks"
    if machine["device"] == "cpu":
        return f"the checks themselves work, with tiny networks on {card}: {count}; of a GPU this says nothing"
    said = [f"{card} computes as a CPU does: {count}"]
    if step := timed["the engine"].numbers:
        said.append(f"training MNIST's networks takes {step[0].value:.2f} ms a step")
    if without := [name for name, outcome in timed.items() if not outcome.passed]:
        said.append(f"not timed: {', '.join(without)}")
    return "; ".join(said)


def report(device: torch.device, folder: Path = RESULTS) -> str:
    """Make all checks and timings of a device, write gpu_check_CARD.json and return the verdict.

    Stop with it if a check failed.
    """
    begun, machine = time.monotonic(), identity(device)
    checked, timed = (run(every, begun + SECONDS) for every in (checks(device), timings(device)))
    said = verdict(machine, checked, timed)
    card = re.sub(r"\W+", "-", machine["device_name"]) if device.type == "cuda" else "cpu"
    path = folder / f"gpu_check_{card}.json"
    parts = {"checks": checked, "timings": timed}
    every = {part: {name: outcome.record() for name, outcome in found.items()} for part, found in parts.items()}
    write_json(path, {"machine": machine, "verdict": said, "seconds": time.monotonic() - begun, **every})
    print(f"All numbers are in {os.path.relpath(path)}.")
    if not all(outcome.passed for outcome in checked.values()):
        raise Stop(said)
    return said


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--device", choices=["cuda", "cpu"], default="cuda")
    name = parser.parse_args().device
    os.environ.setdefault("SCIPY_ARRAY_API", "1")  # as in a job (bench/job/__main__.py), for the processes that check
    os.environ.setdefault("KINETO_LOG_LEVEL", "99")  # or torch's profiler complains where there is no GPU
    if name == "cuda":
        lease()  # before CUDA starts
        if not torch.cuda.is_available():
            raise Stop(
                "torch finds no GPU here: `make doctor` says what is missing, `make gpu-check DEVICE=cpu` tries the "
                "checks themselves with tiny networks"
            )
    print(report(torch.device(name)))


if __name__ == "__main__":
    execute("gpu_check", main)
