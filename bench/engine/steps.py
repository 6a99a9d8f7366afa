"""Many like training steps in a row. A GPU would wait for Python between the small kernels of such steps, so
there several steps are captured once as a CUDA graph and replayed, with the seeds side by side in it.
"""

import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache

import torch
from torch import Tensor

from bench.job.command import held_back

CHUNK = 100  # most steps whose batches are prepared at once: dropout masks of 100 steps take 50 MB
PER_REPLAY = 10  # steps in a graph; starting one takes as long as starting a few kernels
WARM_UP = 3  # steps before a capture, in which libraries make their handles and choose their kernels


Step = Callable[..., None]


class Steps:
    """Takes like training steps with batches of one shape.

    `record`: replay graphs; the tensors are on a GPU then. What is left of whole replays is taken step by step, 5 of
    the 1,875 steps of an epoch of MNIST: a second graph for them would hold the memory of a step again. It holds no
    step, since what a step is of holds it.
    """

    def __init__(self, record: bool) -> None:
        self.record = record
        self.taken = 0
        self.graph: torch.cuda.CUDAGraph | None = None
        self.inputs: list[Tensor] = []
        self.queued: torch.cuda.Event | None = None  # the end of the last call's steps

    def run(self, step: Step, *batches: Tensor) -> None:
        """Take a step with every row of the tensors [n, ...].

        `step` changes tensors in place, returns nothing and is the same one in every call; recorded, it never reads a
        tensor's value. Raises torch.OutOfMemoryError where a graph would not fit.
        """
        if self.record and not self.taken:
            count_memory()
        replayed = self._replay(step, batches) if self.record else 0
        rows = [*zip(*(tensor[replayed:] for tensor in batches), strict=True)]
        for row in rows:
            step(*row)
        self.taken += len(rows)
        if self.record:
            self._wait()

    def _replay(self, step: Step, batches: Sequence[Tensor]) -> int:
        """Take as many steps as whole replays allow and return their number."""
        count = len(batches[0]) // PER_REPLAY * PER_REPLAY
        if count and self.graph is None:
            if self.taken < WARM_UP:
                return 0
            make_room()
            self._capture(step, [tensor[:PER_REPLAY] for tensor in batches])
        for start in range(0, count, PER_REPLAY):
            for held, tensor in zip(self.inputs, batches, strict=True):
                held.copy_(tensor[start : start + PER_REPLAY])
            self.graph.replay()
        return count

    def _capture(self, step: Step, batches: Sequence[Tensor]) -> None:
        """Record the steps as a graph that reads `self.inputs`; recording takes none of them."""
        self.inputs = [tensor.clone() for tensor in batches]
        self.graph = torch.cuda.CUDAGraph()
        with undisturbed(), torch.cuda.graph(self.graph):
            for row in zip(*self.inputs, strict=True):
                step(*row)

    def _wait(self) -> None:
        """Wait for the steps of the call before this one: no more than one call's may be queued, since the host is what
        hears signals and tells how fast it goes.
        """
        before, self.queued = self.queued, torch.cuda.Event(blocking=True)
        self.queued.record()
        if before is not None:
            before.synchronize()


def count_memory() -> None:
    """Free what the allocator keeps of earlier work; its peaks, and how often it ran short, count from here on."""
    torch.cuda.empty_cache()
    torch.cuda.reset_peak_memory_stats()
    torch.cuda.reset_accumulated_memory_stats()


def make_room() -> None:
    """Free what the allocator keeps, and raise out-of-memory if a graph of steps like those before would not fit.

    In a capture nothing can be freed, and what it raises in place of out-of-memory leaves the process unusable. Streams
    share no memory, so a graph takes for each what the steps before had the allocator keep for it. Where these ran
    short, it took from one stream what another needed, and the most that it kept is too little.
    """
    torch.cuda.empty_cache()
    needed = torch.cuda.max_memory_reserved() - torch.cuda.memory_reserved()
    free, _ = torch.cuda.mem_get_info()
    if needed > free:
        raise torch.OutOfMemoryError(f"recording steps takes {needed} bytes of a GPU's memory, {free} are free")
    if torch.cuda.memory_stats()["num_alloc_retries"]:
        raise torch.OutOfMemoryError("steps ran short of a GPU's memory before they were recorded")


@contextmanager
def undisturbed() -> Iterator[None]:
    """Keep Python from collecting garbage and from hearing signals to stop meanwhile: in a capture.

    A graph that is collected in another one's capture breaks that. An exception leaves a capture's streams unjoined,
    and what its end raises for that takes the exception's place.
    """
    gc.collect()
    gc.disable()
    try:
        with held_back():
            yield
    finally:
        gc.enable()


def concurrently(tasks: Sequence[Callable[[], Tensor]], device: torch.device) -> list[Tensor]:
    """Return the tasks' results; on a GPU each task has a stream of its own, and what comes after waits for all."""
    if device.type != "cuda":
        return [task() for task in tasks]
    current, results = torch.cuda.current_stream(device), []
    streams = _streams(len(tasks), device)
    for task, stream in zip(tasks, streams, strict=True):
        stream.wait_stream(current)
        with torch.cuda.stream(stream):
            results.append(task())
    for stream in streams:
        current.wait_stream(stream)
    return results


def wait_for(device: torch.device) -> None:
    """Wait until a GPU has done what it was told to; a CPU has."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)


@cache  # the same ones in every step: memory freed in a stream is used again in that stream alone
def _streams(count: int, device: torch.device) -> list[torch.cuda.Stream]:
    return [torch.cuda.Stream(device) for _ in range(count)]
