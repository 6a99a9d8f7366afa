"""The suite's numerical half: one module per rule, run as `python -m bench.<rule>` with paths as arguments."""

import os

from bench.job.command import end_with_workflow

end_with_workflow()  # here, because a rule's own imports take seconds
# scikit-learn computes on tensors (bench/sample.py, on a GPU) only where SciPy has found this at its first import.
os.environ.setdefault("SCIPY_ARRAY_API", "1")
