"""Measuring two ways of doing one thing in turns, so that a noisy machine disturbs both alike."""

import gc
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import torch


@dataclass(frozen=True)
class Line:
    """A line of the benchmark table: a number, its goal (`None`: none set) and what it was computed from."""

    what: str
    against: str
    value: float
    unit: str  # "x": so many times as fast; "s": seconds; "share": of the limit
    goal: float | None = None  # at least for "x" and "share", at most for "s"
    detail: dict = field(default_factory=dict)
    why: str = ""  # it may be under its goal

    @property
    def met(self) -> bool | None:
        """Tell whether the goal is reached; None without one."""
        if self.goal is None:
            return None
        return self.value <= self.goal if self.unit == "s" else self.value >= self.goal


def seconds(function: Callable[[], object], device: torch.device) -> float:
    """Return the wall time of one call, all work of the device included."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    begun = time.perf_counter()
    function()
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    return time.perf_counter() - begun


def side_by_side(ways: dict[str, Callable[[], object]], device: torch.device, rounds: int) -> dict[str, list[float]]:
    """Return the seconds of each way in each round; every round calls all ways in turn, after one warm-up call each."""
    for way in ways.values():
        way()
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            gc.collect()
            taken[name].append(seconds(way, device))
    return taken


def times_as_fast(taken: dict[str, list[float]], ours: str, plain: str) -> tuple[float, dict]:
    """Return the median over rounds of plain seconds / our seconds, and the detail of a line."""
    ratios = [p / o for o, p in zip(taken[ours], taken[plain], strict=True)]
    detail = {f"{name} seconds": round(statistics.median(times), 5) for name, times in taken.items()}
    return statistics.median(ratios), detail | {"lowest": round(min(ratios), 3), "highest": round(max(ratios), 3)}
