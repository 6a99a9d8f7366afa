"""Reading Markdown pages in tests."""

import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def committed(path: str) -> str:
    """Return a file as it is committed: who runs a preset has results of their own in its place."""
    shown = subprocess.run(["git", "show", f"HEAD:{path}"], cwd=ROOT, capture_output=True, text=True)
    return shown.stdout if shown.returncode == 0 else (ROOT / path).read_text(encoding="utf-8")


def section(text: str, heading: str) -> str:
    """Return the part of a page under a heading, up to the next of its level."""
    rest = text.split(f"\n{heading}", 1)[1]
    return rest.split(f"\n{heading.split()[0]} ", 1)[0]


def row(part: str, name: str) -> list[str]:
    """Return the cells of the first table row with that name."""
    line = next(line for line in part.splitlines() if line.startswith(f"| {name} "))
    return [cell.strip() for cell in line.strip("|").split("|")][1:]


def words(part: str) -> str:
    """Return a text without its line breaks."""
    return " ".join(part.split())
