"""Verifying an archive of `bench.archive`; in: the zip, out: a line per fault.

`python -m bench.archive.verify quick.zip` exits with 1 if a file is not the one that the archive lists or would be
unpacked elsewhere. `python -m bench.checks FOLDER` reads the numbers of what was unpacked.
"""

import argparse
import hashlib
import stat
import sys
import zlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from zipfile import BadZipFile, ZipFile, ZipInfo

from bench.job.command import execute

SUMS = "SHA256SUMS"  # digests and names as `sha256sum --check` reads them
UNREADABLE = (BadZipFile, NotImplementedError, OSError, RuntimeError, ValueError, zlib.error)  # what zipfile raises
AGAIN = "get the archive again from where it was made"


def verify(archive: Path) -> list[str]:
    """Return what is wrong with an archive, a line per fault."""
    try:
        with ZipFile(archive) as file:
            return [*_names(file)] or [*_digests(file)]
    except UNREADABLE as error:
        return [f"{archive}: cannot be read as a zip ({error}); {AGAIN}"]


def _names(file: ZipFile) -> Iterator[str]:
    times = Counter(info.filename for info in file.infolist())
    yield from (f"{name}: is there {count} times; {AGAIN}" for name, count in times.items() if count > 1)
    for info in file.infolist():
        path = PurePosixPath(info.filename)
        if path.is_absolute() or ".." in path.parts or "\\" in info.filename or str(path) != info.filename.rstrip("/"):
            yield f"{info.filename}: would be unpacked outside the archive's folder; do not unpack it"
        elif not _plain(info):
            yield f"{info.filename}: is a link, a folder or a device, not a file; do not unpack it"


def _plain(info: ZipInfo) -> bool:
    kind = stat.S_IFMT(info.external_attr >> 16)
    return not info.is_dir() and kind in (0, stat.S_IFREG)  # 0: packed where files have no kinds


def _digests(file: ZipFile) -> Iterator[str]:
    names = set(file.namelist()) - {SUMS}
    try:
        listed = dict(line.split("  ", 1)[::-1] for line in file.read(SUMS).decode().splitlines())
    except (KeyError, *UNREADABLE) as error:
        yield f"{SUMS}: is missing or cannot be read ({error}); {AGAIN}"
        return
    yield from (f"{name}: is missing although {SUMS} lists it; {AGAIN}" for name in sorted(listed.keys() - names))
    yield from (f"{name}: is not listed in {SUMS}, so nobody vouches for it" for name in sorted(names - listed.keys()))
    for name in sorted(names & listed.keys()):
        if _digest(file, name) != listed[name]:
            yield f"{name}: is not the file that {SUMS} lists; {AGAIN}"


def _digest(file: ZipFile, name: str) -> str:
    """Return the SHA-256 of a file in an archive, of one that cannot be read nothing."""
    try:
        with file.open(name) as member:
            return hashlib.file_digest(member, "sha256").hexdigest()
    except UNREADABLE:
        return ""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("archive", type=Path)
    arguments = parser.parse_args()
    if faults := verify(arguments.archive):
        print(*faults, sep="\n")
        sys.exit(1)
    print(
        f"{arguments.archive}: every file is the one listed; unpack it, and `python -m bench.checks` reads its numbers"
    )


if __name__ == "__main__":
    execute("archive.verify", main)
