"""How the cost of training grows with seeds, images, depth and latent size: a plot with a fitted exponent each."""

import statistics
from dataclasses import replace
from functools import partial
from pathlib import Path

import matplotlib
import numpy as np
import torch

from bench.engine.training import Result, Trainer
from bench.records.spec import Spec
from benchmarks import sizes
from benchmarks.side_by_side import Line, seconds

matplotlib.use("Agg")
from matplotlib import pyplot  # noqa: E402

AXES = {
    "seeds": (1, 2, 5, 10, 20),
    "images": (1000, 3000, 10000, 30000, 60000),
    "depth": (0, 1, 2, 4, 8, 16),
    "latent size": (32, 64, 128, 256, 512),
}
# Of the network whose epochs of up to 60,000 images are timed on a CPU: the paper's would take minutes each.
NARROW = {"encoder": [8, 16, 32, 64], "decoder": [32, 16, 8]}
STEPS = {"cpu": 3, "cuda": 200}
ROUNDS = 5
RESULTS = Path(__file__).parent / "results"


def measure(device: torch.device) -> list[Line]:
    """Return a line per axis, the exponent of cost ~ axis^exponent, and draw results/scale_DEVICE.png."""
    torch.set_num_threads(1)
    costs = {axis: [cost(axis, value, device) for value in values] for axis, values in AXES.items()}
    draw(costs, RESULTS / f"scale_{device.type}.png", device)
    units = {axis: "epoch" if axis == "images" else "step" for axis in AXES}
    return [
        Line(
            f"exponent of the cost of a training {units[axis]} in {axis}",
            "1: in proportion, 0: no growth",
            exponent(AXES[axis], times),
            "",
            None,
            {str(value): round(time, 5) for value, time in zip(AXES[axis], times, strict=True)},
        )
        for axis, times in costs.items()
    ]


def case(axis: str, value: int, device: torch.device) -> Spec:
    """Return the MNIST architecture with one seed, but for the axis."""
    paper = sizes.spec("mnist", depth=value if axis == "depth" else 8)
    if axis == "images" and device.type == "cpu":
        paper = replace(paper, architecture=paper.architecture | NARROW)
    seeds = tuple(range(value)) if axis == "seeds" else (0,)
    return replace(paper, seeds=seeds, latent=value if axis == "latent size" else paper.latent)


def cost(axis: str, value: int, device: torch.device) -> float:
    """Return the seconds of a step, the median of some rounds, or of an epoch where images are counted."""
    spec = case(axis, value, device)
    count = value if axis == "images" else 1000
    trainer = Trainer(spec, sizes.images(spec, count, device))
    order = sizes.batches(spec, count, STEPS[device.type], device)
    steps = partial(trainer.steps.run, trainer.step, order)
    steps()
    if axis == "images":
        return seconds(lambda: trainer.epoch(0, Result({})), device)
    return statistics.median(seconds(steps, device) / len(order) for _ in range(ROUNDS))


def exponent(values: tuple[int, ...], costs: list[float]) -> float:
    """Return the slope of log cost over log value; a depth of 0 has no logarithm and is left out."""
    pairs = [(value, cost) for value, cost in zip(values, costs, strict=True) if value]
    x, y = np.log(np.array(pairs)).T
    return float(np.polyfit(x, y, 1)[0])


def draw(costs: dict[str, list[float]], path: Path, device: torch.device) -> None:
    """Plot every axis's costs and the fitted line."""
    figure, panels = pyplot.subplots(1, len(costs), figsize=(12, 3), layout="constrained")
    for panel, (axis, times) in zip(panels, costs.items(), strict=True):
        values = AXES[axis]
        power = exponent(values, times)
        shown = [(v, c) for v, c in zip(values, times, strict=True) if v]
        fitted = np.exp(np.mean([np.log(c) - power * np.log(v) for v, c in shown]))
        panel.loglog(*zip(*shown, strict=True), "o", color="black")
        panel.loglog([v for v, _ in shown], [fitted * v**power for v, _ in shown], color="0.6")
        panel.set(xlabel=axis, title=f"exponent {power:.2f}")
        panel.set_xticks([v for v, _ in shown], [f"{v:,}" for v, _ in shown], rotation=45, minor=False)
        panel.minorticks_off()
        # Whole decades, so that noise about a cost that does not grow looks like what it is.
        panel.set_ylim(10 ** np.floor(np.log10(min(times))), 10 ** np.ceil(np.log10(max(times))))
    panels[0].set_ylabel(f"seconds a step, {device.type}")
    panels[1].set_ylabel("seconds an epoch")
    figure.savefig(path, dpi=120)
    pyplot.close(figure)
