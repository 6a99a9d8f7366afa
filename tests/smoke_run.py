"""Running the smoke preset in a checkout, and what it leaves behind."""

import os
import signal
import subprocess
import time
from collections.abc import Callable

from checkout import Checkout

COMMAND = ("bash", "workflow/run.sh", "--cores", "2", "--config", "preset=smoke")
MEASURED = ("runs.csv", "jobs.csv", "cost.csv", "cost.md")  # times and memory differ from run to run


def start(checkout: Checkout, command: tuple[str, ...] = COMMAND) -> subprocess.Popen:
    """Start a command in a session of its own; what it prints goes to the file `log`."""
    with (checkout.folder / "log").open("a") as log:
        return subprocess.Popen(
            command, cwd=checkout.folder, env=checkout.environment, stdout=log, stderr=log, start_new_session=True
        )


def finish(checkout: Checkout, command: tuple[str, ...] = COMMAND) -> str:
    """Run a command to its end and return everything printed so far."""
    process = start(checkout, command)
    try:
        assert process.wait() == 0, (checkout.folder / "log").read_text()[-5000:]
    finally:
        if process.poll() is None:  # this test has had its time
            os.killpg(process.pid, signal.SIGKILL)
    return (checkout.folder / "log").read_text()


def results(checkout: Checkout) -> dict[str, bytes]:
    """Return the bytes of every table, page and figure, without what measures this machine."""
    folder = checkout.folder / "results" / "smoke"
    files = {
        path.name: path.read_bytes()
        for path in [*folder.glob("tables/*.csv"), *folder.glob("figures/*"), *folder.glob("*.md")]
        if path.name not in MEASURED
    }
    lines = files["tables.md"].splitlines()
    return files | {"tables.md": b"\n".join(line for line in lines if not line.startswith(b"- Wall time:"))}


def wait_for(condition: Callable[[], object], seconds: float = 60) -> None:
    """Wait until a condition holds, and fail if it does not within so many seconds."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)
