"""CelebA: aligned faces from the official zip or folder under `data_root`, read without unpacking."""

import io
import zipfile
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import repeat
from pathlib import Path

import numpy as np
from PIL import Image
from torchvision.datasets import CelebA
from torchvision.datasets.utils import calculate_md5

from bench.datasets.base import raw
from bench.datasets.base.lists import list_md5, read_list
from bench.datasets.base.packed import Reader, reader
from bench.datasets.base.raw import ARCHIVE, IDENTITY, IMAGES, PARTITION, PARTITION_CSV, Faces
from bench.datasets.base.splits import Split, Splits, slices
from bench.job.command import Stop

FULL = 202_599
CHUNK = 1024
SIZE = (178, 218)  # of every aligned image; width, height
CROP = (15, 35, 163, 183)  # the central 148x148, rounded as torchvision's CenterCrop does
SIDE = 64
TRAIN, TEST = 0, 2  # the official partition's numbers; 1 is the validation set, which nothing here uses


def load(data_root: Path, *, allow_subset: bool) -> Splits:
    """Return the official train and test partitions, centre crop 148, resized to 64; labels are identities.

    Fewer than the 202,599 images stop, unless `allow_subset`; then the title says that it is a subset.
    """
    files = raw.faces(data_root)
    require(files, data_root)
    partition = read_list(files.partition)
    full = len(partition) == FULL
    if not (full or allow_subset):
        raise Stop(
            f"{files.partition}: lists {len(partition):,} of CelebA's {FULL:,} images; "
            "get the full set, or set data.celeba.allow_subset: true and have it named a subset"
        )
    train, test = ([name for name, number in partition.items() if number == part] for part in (TRAIN, TEST))
    if not (train and test):
        raise Stop(f"{files.partition}: no image in {TRAIN} (train) or {TEST} (test); get the official list")
    labels, classes = identities(files, train + test)
    read = reader(files.images, train + test, files.partition)
    verified = verify_official(files) if full else ""
    return Splits(
        "CelebA" if full else f"celeba-subset-{len(partition)}",
        f"{len(partition):,} aligned CelebA images{verified}; train is partition 0, test partition 2, "
        "partition 1 (validation) unused; centre crop 148, resized to 64x64 (PIL bilinear)",
        classes,
        (3, SIDE, SIDE),
        Split(labels[: len(train)], decoded(train, read)),
        Split(labels[len(train) :], decoded(test, read)),
    )


def require(files: Faces, data_root: Path) -> None:
    """Stop, telling what is there and how to get the rest, unless the images and their partition are there."""
    missing = [f"{ARCHIVE} or the folder {IMAGES}"] * (files.images is None)
    missing += [f"{PARTITION} or {PARTITION_CSV}"] * (files.partition is None)
    if missing:
        there = [raw.holding(folder) for folder in raw.face_places(data_root, "Img") if folder.is_dir()]
        raise Stop(
            f"{data_root / 'celeba'}: lacks {', and '.join(missing)}; "
            f"{'; '.join(there) or f'{data_root} is no folder'}. Unpack what is packed otherwise, or get "
            'them in one of three ways: (1) `pip install gdown`, then `python -c "from torchvision.datasets import '
            f"CelebA; CelebA('{data_root}', download=True)\"`; (2) by hand from Google Drive or Baidu, linked at "
            "https://mmlab.ie.cuhk.edu.hk/projects/CelebA.html; (3) a copy of both from somebody who has them"
        )


def verify_official(files: Faces) -> str:
    """Stop unless the full set's files have the official MD5s that torchvision lists, and return what was verified.

    A folder of images has no MD5. A list may be in another form than the official one: then its lines count,
    written as that one has them.
    """
    official = {name: md5 for _, md5, name in CelebA.file_list}
    found = [(files.images, ARCHIVE, [calculate_md5(files.images)])] if files.images.is_file() else []
    for path, name in ((files.partition, PARTITION), (files.identity, IDENTITY)):
        found += [(path, name, [calculate_md5(path), list_md5(read_list(path))])] if path else []
    for path, name, md5s in found:
        if official[name] not in md5s:
            raise Stop(f"{path}: its MD5 is not the official {official[name]}; get the official file")
    return ", MD5s verified" if files.images.is_file() else ", unpacked, MD5s of the lists verified"


def identities(files: Faces, names: list[str]) -> tuple[np.ndarray, int]:
    """Return the images' identities as int64 [n] in 0..k-1, and k; all 0 without the list of identities."""
    if files.identity is None:
        return np.zeros(len(names), np.int64), 1
    identity = read_list(files.identity)
    unknown = next((name for name in names if name not in identity), None)
    if unknown:
        raise Stop(
            f"{files.identity}: no line for {unknown}, which {files.partition.name} lists; get both from one source"
        )
    found, labels = np.unique([identity[name] for name in names], return_inverse=True)
    return labels.astype(np.int64), len(found)


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
