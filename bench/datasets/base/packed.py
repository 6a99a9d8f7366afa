"""Image files by their names, out of a folder or of a zip that is not unpacked."""

import zipfile
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from threading import Lock

from bench.datasets.base.raw import IMAGES, listed
from bench.job.command import Stop

Reader = Callable[[str], bytes]


def reader(place: Path, names: list[str], source: Path) -> Reader:
    """Return the function that reads an image's bytes; stop unless all that the list `source` names are there."""
    present, read = archive_reader(place) if place.is_file() else folder_reader(place)
    absent = [name for name in names if name not in present]
    if absent:
        raise Stop(
            f"{place}: has no image {absent[0]}, which {source.name} lists: of its {len(names):,} for train and test "
            f"{len(names) - len(absent):,} are there ({place.name} holds {listed(present)}); "
            "get both from one source or, for a subset, leave in the list only images that are there"
        )
    return read


def folder_reader(folder: Path) -> tuple[set[str], Reader]:
    """Return the names in a folder and the function that reads a file of it."""
    return {path.name for path in folder.iterdir()}, lambda name: (folder / name).read_bytes()


def archive_reader(path: Path) -> tuple[set[str], Reader]:
    """Return the names of the archive's images and the function that reads one, safe in threads."""
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError) as error:
        raise Stop(f"{path}: not a whole zip file ({error}); get the official file") from error
    members = {PurePosixPath(info.filename): info for info in archive.infolist()}
    escaping = next((member for member in members if member.is_absolute() or ".." in member.parts), None)
    if escaping:
        raise Stop(f"{path}: holds {escaping}, a name outside its folder; get the official file")
    # Packed anew, the images may lie deeper than in the official archive, or in no folder.
    images = {
        path.name: info.filename
        for path, info in members.items()
        if path.parent.name in (IMAGES, "") and not info.is_dir()
    }
    lock = Lock()

    def read(name: str) -> bytes:
        try:
            with lock:
                return archive.read(images[name])
        except RuntimeError as error:  # a password, or a method that zipfile does not know
            raise Stop(
                f"{path}: {name} cannot be unpacked here ({error}); unpack the archive with the program that made it, "
                f"and move it away: then the folder {IMAGES} is read"
            ) from error

    return set(images), read
