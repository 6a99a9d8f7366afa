"""Where numbers come from: the step, the code and the inputs that made a file.

Without torch, so that rules which do without it start quickly.
"""

from typing import Any

from bench.job.source import taken
from bench.records.spec import Spec


def origin(step: str, spec: Spec | None = None, **more: Any) -> dict[str, Any]:
    """Return the origin of a table of numbers: its step, the code, its run's specification and `more`.

    `code` is the digest of the files that decide the step's numbers: equal digests, equal code, whatever the commit.
    """
    run = {"spec_sha256": spec.digest} if spec else {}
    return {"step": step, **taken(), **run, **more}
