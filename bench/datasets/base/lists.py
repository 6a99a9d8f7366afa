"""Lists `NAME NUMBER` of images, as they are published and as they come out of other programs."""

import codecs
import hashlib
from pathlib import Path

from bench.job.command import Stop

HEADER = "image_id"  # begins the first line of Kaggle's lists


def read_list(path: Path) -> dict[str, int]:
    """Read lines `NAME NUMBER` of one of CelebA's lists, or `NAME,NUMBER` below Kaggle's header.

    A byte order mark, tabs and empty lines, which other programs leave behind, say nothing. Stop at any other line.
    """
    numbers: dict[str, int] = {}
    for index, line in enumerate(text(path).splitlines(), start=1):
        fields = line.replace(",", " ").split()
        if not fields or (index == 1 and fields[0] == HEADER):
            continue
        name, number = fields if len(fields) == 2 else ("", "")
        # A name is a plain file name: one with a folder could lead out of the images' folder.
        if not number.isdecimal() or "/" in name or name in numbers:
            raise Stop(f"{path}: line {index} is not `NAME NUMBER` of a new image; get the official list")
        numbers[name] = int(number)
    return numbers


def text(path: Path) -> str:
    """Return a list's text; Windows saves it in UTF-16 or marks UTF-8."""
    content = path.read_bytes()
    wide = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return content.decode("utf-16" if wide else "utf-8-sig", errors="replace")


def list_md5(numbers: dict[str, int]) -> str:
    """Return the MD5 of the file with these lines as the official partition has them: a space, CR and LF."""
    lines = "".join(f"{name} {number}\r\n" for name, number in numbers.items())
    return hashlib.md5(lines.encode()).hexdigest()
