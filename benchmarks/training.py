"""Training at the paper's sizes against the plain loop and against the machine's matrix product rate."""

import os

import torch

from bench.engine.operations import training_operations
from bench.records.spec import Spec
from benchmarks import plain, sizes
from benchmarks.machine import matmul_rate
from benchmarks.side_by_side import Line, side_by_side, times_as_fast

GOALS = {"mnist": {"cpu": 1.5, "cuda": 20}, "celeba": {"cpu": 1, "cuda": 4}}
STEPS = {"mnist": {"cpu": 4, "cuda": 200}, "celeba": {"cpu": 1, "cuda": 40}}  # of every seed and job in a round
JOBS = {"mnist": 2, "celeba": 1}  # at once on two cores, as the suite runs them (workflow/rules/common.smk)
ROUNDS = {"mnist": 5, "celeba": 2}
LOADED = {"mnist": plain.Digits, "celeba": plain.Faces}
WHY = {
    "loop": "convolutions take the time on both sides, and on a CPU they run near its matrix product's rate",
    "eager": "the same arithmetic; the seeds' convolutions do not get faster by standing beside each other",
}
PEAK = {"cpu": None, "cuda": 0.4}  # share of the matrix product rate that CelebA's training should reach


def measure(device: torch.device) -> list[Line]:
    """Return the lines of both architectures."""
    return [line for dataset in GOALS for line in lines(sizes.spec(dataset), device)]


def lines(spec: Spec, device: torch.device) -> list[Line]:
    """Compare the engine with the plain loop, with an eager loop that needs no loader, and with the limit."""
    steps, cores = STEPS[spec.dataset][device.type], os.cpu_count() or 1
    jobs = min(cores, JOBS[spec.dataset]) if device.type == "cpu" else 1
    torch.set_num_threads(cores)
    loop, workers = plain.fastest(spec, LOADED[spec.dataset](), device, steps)
    pictures = sizes.images(spec, 32, device).float() / 255
    eager = plain.training(spec, iter(lambda: pictures, None), device)
    work = jobs * len(spec.seeds) * steps  # steps of one seed
    taken = side_by_side(
        {"engine": sizes.training(spec, jobs, steps, device), "loop": lambda: loop(work), "eager": lambda: eager(work)},
        device,
        ROUNDS[spec.dataset],
    )
    size = work * spec.training.batch
    what = f"training, {spec.dataset} architecture, batch {spec.training.batch}, {len(spec.seeds)} seeds"
    result = []
    for against, goal in (("loop", GOALS[spec.dataset][device.type]), ("eager", 1.0)):
        ratio, detail = times_as_fast(taken, "engine", against)
        rate = round(size / detail["engine seconds"])
        names = {"loop": f"plain loop ({workers} workers)", "eager": "eager loop, images in memory"}
        detail |= {"engine images/s": rate, "jobs at once": jobs, f"{against} images/s": round(rate / ratio)}
        result.append(Line(what, names[against], ratio, "x", goal, detail, WHY[against]))
    return [*result, limit(spec, what, rate, device)]


def limit(spec: Spec, what: str, rate: float, device: torch.device) -> Line:
    """Return the share of the machine's matrix product rate that a training rate in images/s amounts to."""
    # On a GPU convolutions run in TF32, and so must the product they are held against.
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32
    operations, peak = training_operations(spec), matmul_rate(device)
    torch.backends.cuda.matmul.allow_tf32 = False
    detail = {"operations per image": operations, "matmul operations/s": round(peak), "engine images/s": rate}
    goal = PEAK[device.type] if spec.dataset == "celeba" else None
    return Line(what, "the machine's matrix product", rate * operations / peak, "share", goal, detail)
