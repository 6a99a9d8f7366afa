"""What becomes of a suite and its jobs; in: what Snakemake logs, out: logs/events.jsonl of the results.

A line of JSON per event. The suite is started, done or failed; a job, by rule and wildcards, is started (on a cluster:
submitted), finished or failed. The file tells of one run: the next Snakemake that has jobs to do begins it anew, and
one that is killed leaves no end. `bench.watch` reads it.
"""

import json
import logging
import os
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from snakemake.logging import logger
from snakemake_interface_logger_plugins.common import LogEvent


class Events(logging.Handler):
    """Appends the events of this process's run to a file."""

    def __init__(self, results: Path) -> None:
        super().__init__()
        self.path = results / "logs" / "events.jsonl"
        self.jobs: dict[int, dict[str, Any]] = {}  # by their number, which is all that Snakemake says of one that ends

    def begin(self) -> None:
        """Begin the file anew and follow what Snakemake logs from now on."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_bytes(b"")
        self.write(suite="started", host=os.uname().nodename, process=os.getpid())
        logger.addHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        """Write the start or the end of a job; other records say nothing of one."""
        match getattr(record, "event", None):
            case LogEvent.JOB_INFO:
                self.jobs[record.jobid] = {"rule": record.rule_name, "wildcards": record.wildcards}
                self.write(job="started", **self.jobs[record.jobid])
            case LogEvent.JOB_FINISHED:
                self.write(job="finished", **self.jobs[record.job_id])
            case LogEvent.JOB_ERROR:
                self.write(job="failed", **self.jobs[record.jobid])

    def write(self, **event: Any) -> None:
        """Append an event and its time, in one write, so that nobody reads half a line."""
        line = json.dumps(event | {"time": time.time()}) + "\n"
        with suppress(OSError), self.path.open("ab", buffering=0) as file:  # a full disk ends no job by this
            file.write(line.encode())
