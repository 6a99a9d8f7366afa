"""A process beside this one that checks. What ends it, hangs it or leaves its CUDA unusable ends no other check."""

import io
import multiprocessing
import signal
import traceback
import warnings
from collections.abc import Callable
from contextlib import redirect_stdout
from multiprocessing.connection import Connection

from benchmarks.gpu_check.numbers import Number, Outcome

FRESH = multiprocessing.get_context("spawn")  # a forked process cannot use CUDA
GRACE = 5  # seconds to end in


class Worker:
    """A process that does one check after the other."""

    def __init__(self) -> None:
        self.pipe, theirs = FRESH.Pipe()
        self.process = FRESH.Process(target=_serve, args=(theirs,), daemon=True)
        self.process.start()
        theirs.close()  # or its end would not be seen here

    def outcome(self, check: Callable[[], list[Number]], seconds: float) -> Outcome:
        """Return what a check finds, or that it did not within some seconds."""
        try:
            self.pipe.send(check)
            if self.pipe.poll(seconds):
                return self.pipe.recv()
        except (EOFError, ConnectionError):
            self.process.join()
            return Outcome(problem=f"its process ended with {self.process.exitcode}")
        return Outcome(problem=f"not done in {seconds:.0f} s")

    def end(self) -> None:
        """End the process, which tidies up if it is at leisure."""
        self.pipe.close()
        self.process.join(GRACE)
        self.process.kill()
        self.process.join()


def _serve(pipe: Connection) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the process that asks ends this one
    warnings.simplefilter("ignore")  # numbers decide
    while check := _next(pipe):
        with redirect_stdout(io.StringIO()):  # progress
            pipe.send(_outcome(check))


def _next(pipe: Connection) -> Callable[[], list[Number]] | None:
    """Return what is to be checked; None when the process that asks has closed its end, or is gone."""
    try:
        return pipe.recv()
    except (EOFError, ConnectionError):
        return None


def _outcome(check: Callable[[], list[Number]]) -> Outcome:
    try:
        return Outcome(check())
    except BaseException as error:  # a Stop, an assertion of the device: every end of a check is a finding
        first = str(error).partition("\n")[0]
        return Outcome(problem=f"{type(error).__name__}: {first}", trace=traceback.format_exc())
