"""Tables as CSV: reading, writing, and the order of names with numbers in them."""

import re
from pathlib import Path

import pandas as pd

from bench.records.files import COMMENT, writing


def read_table(path: Path) -> pd.DataFrame:
    """Return a table without the line that says where its numbers come from, if it has one."""
    return pd.read_csv(path, comment=COMMENT)


def write_table(path: Path, table: pd.DataFrame) -> None:
    """Write a table as CSV, missing values empty; equal tables give equal bytes."""
    with writing(path) as temporary:
        table.to_csv(temporary, index=False, lineterminator="\n")


def natural(name: str) -> tuple[list[str | int], str]:
    """Return the sort key under which `singular_value:2` precedes `singular_value:10`."""
    return [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", name)], name
