"""CelebA: aligned faces from the official zip or folder under `data_root`/celeba, read without unpacking."""

import io
import zipfile
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import repeat
from pathlib import Path, PurePosixPath
from threading import Lock

import numpy as np
from PIL import Image
from torchvision.datasets import CelebA
from torchvision.datasets.utils import calculate_md5

from bench.datasets.base.splits import Split, Splits, slices
from bench.job.command import Stop

FULL = 202_599
CHUNK = 1024
SIZE = (178, 218)  # of every aligned image; width, height
CROP = (15, 35, 163, 183)  # the central 148x148, rounded as torchvision's CenterCrop does
SIDE = 64
IMAGES, ARCHIVE = "img_align_celeba", "img_align_celeba.zip"
PARTITION, IDENTITY = "list_eval_partition.txt", "identity_CelebA.txt"
TRAIN, TEST = 0, 2  # the official partition's numbers; 1 is the validation set, which nothing here uses

Reader = Callable[[str], bytes]


def load(data_root: Path, *, allow_subset: bool) -> Splits:
    """Return the official train and test partitions, centre crop 148, resized to 64; labels are identities.

    Fewer than the 202,599 images stop, unless `allow_subset`; then the title says that it is a subset.
    """
    folder = data_root / "celeba"
    require_files(folder)
    partition = read_list(folder / PARTITION)
    full = len(partition) == FULL
    if full:
        verify_official(folder)
    elif not allow_subset:
        raise Stop(
            f"{folder / PARTITION}: lists {len(partition):,} of CelebA's {FULL:,} images; "
            "get the full set, or set data.celeba.allow_subset: true and have it named a subset"
        )
    train, test = ([name for name, number in partition.items() if number == part] for part in (TRAIN, TEST))
    if not (train and test):
        raise Stop(f"{folder / PARTITION}: no image in {TRAIN} (train) or {TEST} (test); get the official list")
    labels, classes = identities(folder, train + test)
    read = reader(folder, train + test)
    return Splits(
        "CelebA" if full else f"celeba-subset-{len(partition)}",
        f"{len(partition):,} aligned CelebA images; train is partition 0, test partition 2, "
        "partition 1 (validation) unused; centre crop 148, resized to 64x64 (PIL bilinear)",
        classes,
        (3, SIDE, SIDE),
        Split(labels[: len(train)], decoded(train, read)),
        Split(labels[len(train) :], decoded(test, read)),
    )


def require_files(folder: Path) -> None:
    """Stop, telling how to get them, unless the images and their partition are there."""
    images = (folder / ARCHIVE).exists() or (folder / IMAGES).is_dir()
    if not (images and (folder / PARTITION).exists()):
        raise Stop(
            f"{folder}: needs {ARCHIVE} (or the folder {IMAGES}) and {PARTITION}. Three ways to get them: "
            '(1) `pip install gdown`, then `python -c "from torchvision.datasets import CelebA; '
            f"CelebA('{folder.parent}', download=True)\"`; (2) by hand from Google Drive or Baidu, linked at "
            "https://mmlab.ie.cuhk.edu.hk/projects/CelebA.html; (3) a copy of both from somebody who has them"
        )


def verify_official(folder: Path) -> None:
    """Stop unless the full set's files have the official MD5s that torchvision lists; a folder has none."""
    official = {name: md5 for _, md5, name in CelebA.file_list}
    for path in (folder / ARCHIVE, folder / PARTITION, folder / IDENTITY):
        if path.exists() and calculate_md5(path) != official[path.name]:
            raise Stop(f"{path}: its MD5 is not the official {official[path.name]}; get the official file")


def read_list(path: Path) -> dict[str, int]:
    """Read lines `NAME NUMBER` of one of CelebA's lists."""
    numbers = {}
    for index, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), start=1):
        name, _, number = line.strip().partition(" ")
        # A name is a plain file name: one with a folder could lead out of the images' folder.
        if not number.strip().isdecimal() or PurePosixPath(name).name != name or name in numbers:
            raise Stop(f"{path}: line {index} is not `NAME NUMBER` of a new image; get the official list")
        numbers[name] = int(number)
    return numbers


def identities(folder: Path, names: list[str]) -> tuple[np.ndarray, int]:
    """Return the images' identities as int64 [n] in 0..k-1, and k; all 0 without the list of identities."""
    path = folder / IDENTITY
    if not path.exists():
        return np.zeros(len(names), np.int64), 1
    identity = read_list(path)
    unknown = next((name for name in names if name not in identity), None)
    if unknown:
        raise Stop(f"{path}: no line for {unknown}, which {PARTITION} lists; get both from one source")
    found, labels = np.unique([identity[name] for name in names], return_inverse=True)
    return labels.astype(np.int64), len(found)


def reader(folder: Path, names: list[str]) -> Reader:
    """Return the function that reads an image's bytes from the archive or else the folder."""
    if (folder / ARCHIVE).exists():
        place, (present, read) = folder / ARCHIVE, archive_reader(folder / ARCHIVE)
    else:
        place = folder / IMAGES
        present, read = {path.name for path in place.iterdir()}, lambda name: (place / name).read_bytes()
    absent = next((name for name in names if name not in present), None)
    if absent:
        raise Stop(f"{place}: has no image {absent}, which {PARTITION} lists; get both from one source")
    return read


def archive_reader(path: Path) -> tuple[set[str], Reader]:
    """Return the names of the archive's images and the function that reads one, safe in threads."""
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError) as error:
        raise Stop(f"{path}: not a whole zip file ({error}); get the official file") from error
    members = [PurePosixPath(name) for name in archive.namelist()]
    escaping = next((member for member in members if member.is_absolute() or ".." in member.parts), None)
    if escaping:
        raise Stop(f"{path}: holds {escaping}, a name outside its folder; get the official file")
    lock = Lock()

    def read(name: str) -> bytes:
        with lock:
            return archive.read(f"{IMAGES}/{name}")

    return {member.name for member in members if member.parent == PurePosixPath(IMAGES)}, read


def decoded(names: list[str], read: Reader) -> Iterator[np.ndarray]:
    """Decode images in threads (PIL lets go of Python's lock), by chunks so that memory stays bounded."""
    with ThreadPoolExecutor() as pool:
        for part in slices(len(names), CHUNK):
            yield np.stack(list(pool.map(decode, names[part], repeat(read))))


def decode(name: str, read: Reader) -> np.ndarray:
    """Return an image as uint8 [3, 64, 64]: centre crop 148, then bilinear, as torchvision on PIL images."""
    try:
        image = Image.open(io.BytesIO(read(name))).convert("RGB")
    except (OSError, EOFError, ValueError, SyntaxError, zipfile.BadZipFile, zlib.error) as error:
        raise Stop(f"celeba: image {name} cannot be decoded ({error}); get the official images") from error
    if image.size != SIZE:
        raise Stop(f"celeba: image {name} has size {image.size}, not {SIZE}; get the aligned images")
    small = image.crop(CROP).resize((SIDE, SIDE), Image.Resampling.BILINEAR)
    return np.asarray(small).transpose(2, 0, 1)
