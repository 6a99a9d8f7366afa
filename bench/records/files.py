"""Reading and writing files so that a reader never sees half of one, nor arrays and weights that changed since."""

import csv
import hashlib
import json
import math
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError

from bench.job.command import Stop

COMMENT = "#"  # begins the line of a table of numbers that says where they come from
SEALED = {".npy", ".pth", ".safetensors"}  # files in which nobody would see a changed byte


@contextmanager
def writing(path: Path | str) -> Iterator[Path]:
    """Yield a path beside `path` that replaces it when the block ends and vanishes if the block fails.

    Of arrays and weights the SHA-256 is kept in a file beside them. Stop if the disk is full or the folder read-only.
    """
    path = Path(path)
    # The suffix stays last because some writers (numpy, matplotlib) choose their format by it.
    temporary = path.with_name(f".{path.stem}.{os.getpid()}{path.suffix}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield temporary
        _replace(temporary, path)
    except (OSError, SafetensorError) as error:
        raise Stop(
            f"{path} was not written: {error}; see to room and permissions, then run the same command again"
        ) from error
    finally:
        with suppress(NotADirectoryError):  # a file stands where the folder would be
            temporary.unlink(missing_ok=True)


def _replace(temporary: Path, path: Path) -> None:
    if path.suffix not in SEALED:
        os.replace(temporary, path)
        return
    digest = sha256(temporary)
    _seal(path).unlink(missing_ok=True)  # a kill from here on leaves a file without a digest, never with a wrong one
    os.replace(temporary, path)
    with writing(_seal(path)) as seal:
        seal.write_text(digest, encoding="ascii")


def intact(path: Path | str) -> Path:
    """Return the path of arrays or weights; stop if they are not as they were written, as far as a digest says."""
    path = Path(path)
    if _seal(path).exists() and _seal(path).read_text(encoding="ascii", errors="replace") != sha256(path):
        raise Stop(f"{path} is damaged (not the bytes that were written): delete it and run the same command again")
    return path


def read_array(path: Path | str) -> np.ndarray:
    """Return the array of a .npy file, memory-mapped; stop if it is damaged or holds anything but numbers."""
    try:
        return np.load(intact(path), mmap_mode="r", allow_pickle=False)
    except (ValueError, EOFError) as error:
        raise Stop(f"{path} holds no array of numbers ({error}): delete it and run the same command again") from error


def _seal(path: Path) -> Path:
    return path.with_name(f".{path.name}.sha256")


def read_json(path: Path | str) -> Any:
    """Return the object stored in a JSON file."""
    return json.loads(Path(path).read_text(encoding="utf-8"))


def write_json(path: Path | str, content: Any) -> None:
    """Write an object as indented JSON with sorted keys."""
    with writing(path) as temporary:
        temporary.write_text(json.dumps(content, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def write_rows(path: Path | str, rows: Iterable[tuple[int, str, float]], origin: dict[str, Any]) -> None:
    """Write (seed, metric, value) rows as CSV; a non-finite value (a diverged seed) is left empty.

    `origin` (see bench/records/origin.py) becomes a comment before the header: numbers and where they come from
    stay together.
    """
    with writing(path) as temporary, temporary.open("w", newline="", encoding="utf-8") as file:
        file.write(f"{COMMENT} {json.dumps(origin, sort_keys=True)}\n")
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["seed", "metric", "value"])
        for seed, metric, value in rows:
            table.writerow([seed, metric, repr(float(value)) if math.isfinite(value) else ""])


def read_origin(path: Path | str) -> dict[str, Any]:
    """Return what `write_rows` was told about the numbers in a file; empty if it holds nothing of the kind."""
    with Path(path).open(encoding="utf-8") as file:
        first = file.readline()
    try:
        origin = json.loads(first.removeprefix(COMMENT))
    except json.JSONDecodeError:
        return {}
    return origin if first.startswith(COMMENT) and isinstance(origin, dict) else {}


def write_array(path: Path | str, array: np.ndarray) -> None:
    """Write an array as .npy."""
    with writing(path) as temporary:
        np.save(temporary, array, allow_pickle=False)


def sha256(path: Path | str) -> str:
    """Return the SHA-256 of a file's bytes as hexadecimal digits."""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
