"""Where things are that the config names; standard library only, for the doctor too."""

import os
from pathlib import Path

ROOT = Path(__file__).parent.parent


def raw_data(data_root: str) -> Path:
    """Return the folder of raw data. Variables and ~ are what a shell makes of them; a relative path begins at the
    suite's folder, wherever Snakemake was called. Raises LookupError if a variable is not set.
    """
    text = os.path.expandvars(data_root)
    if "$" in text:
        raise LookupError(f"data_root: {data_root} names a variable that is not set")
    return ROOT / Path(text).expanduser()
