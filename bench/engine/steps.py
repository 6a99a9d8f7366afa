"""Many like training steps in a row. A GPU would wait for Python between the small kernels of such steps, so
there several steps are captured once as a CUDA graph and replayed, with the seeds side by side in it.
"""

from collections.abc import Callable, Sequence
from functools import cache

import torch
from torch import Tensor

CHUNK = 100  # most steps whose batches are prepared at once: dropout masks of 100 steps take 50 MB
PER_REPLAY = 10  # steps in a graph; starting one takes as long as starting a few kernels
WARM_UP = 3  # steps before a capture, in which libraries make their handles and choose their kernels


class Steps:
    """Takes training steps with batches of one shape.

    `step` changes tensors in place and returns nothing. `record`: replay graphs; the tensors are on a GPU then, and
    `step` never reads a tensor's value.
    """

    def __init__(self, step: Callable[..., None], record: bool) -> None:
        self.step, self.record = step, record
        self.taken = 0
        self.graph: torch.cuda.CUDAGraph | None = None
        self.inputs: list[Tensor] = []

    def run(self, *batches: Tensor) -> None:
        """Take a step with every row of the tensors [n, ...]."""
        replayed = self._replay(batches) if self.record else 0
        rows = [*zip(*(tensor[replayed:] for tensor in batches), strict=True)]
        for row in rows:
            self.step(*row)
        self.taken += len(rows)

    def _replay(self, batches: Sequence[Tensor]) -> int:
        """Take as many steps as whole replays allow and return their number."""
        count = len(batches[0]) // PER_REPLAY * PER_REPLAY
        if count and self.graph is None:
            if self.taken < WARM_UP:
                return 0
            self._capture([tensor[:PER_REPLAY] for tensor in batches])
        for start in range(0, count, PER_REPLAY):
            for held, tensor in zip(self.inputs, batches, strict=True):
                held.copy_(tensor[start : start + PER_REPLAY])
            self.graph.replay()
        return count

    def _capture(self, batches: Sequence[Tensor]) -> None:
        """Record the steps as a graph that reads `self.inputs`; recording takes none of them."""
        self.inputs = [tensor.clone() for tensor in batches]
        self.graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(self.graph):
            for row in zip(*self.inputs, strict=True):
                self.step(*row)


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


@cache  # the same ones in every step: memory freed in a stream is used again in that stream alone
def _streams(count: int, device: torch.device) -> list[torch.cuda.Stream]:
    return [torch.cuda.Stream(device) for _ in range(count)]
