"""The official idx files of MNIST and its relatives: found or downloaded, checked by MD5, and read."""

import gzip
import http.client
import os
import time
import zlib
from pathlib import Path

import numpy as np
from torchvision.datasets import MNIST
from torchvision.datasets.utils import calculate_md5, download_url

from bench.datasets.base import raw
from bench.datasets.base.splits import Split, Splits, digits_split
from bench.job.command import Stop
from bench.records.files import writing

ATTEMPTS = 3


def load_official(data_root: Path, dataset: type[MNIST], unpacked: dict[str, str]) -> Splits:
    """Return the splits of a torchvision class (its name, mirrors and MD5s), resized to 32x32.

    `unpacked` has the MD5s of its files as they are when unpacked.
    """
    paths = [official_file(data_root, dataset, name, md5, unpacked) for name, md5 in dataset.resources]
    title = dataset.__name__
    verified = "MD5s verified" if all(map(packed, paths)) else "MD5s verified, of unpacked ones that of the content"
    source = f"The official files of {title}, {verified}; resized to 32x32 (PIL bilinear)"
    return Splits(title, source, 10, (1, 32, 32), read_split(*paths[:2]), read_split(*paths[2:]))


def packed(path: Path) -> bool:
    return path.suffix == ".gz"


def official_file(data_root: Path, dataset: type[MNIST], name: str, md5: str, unpacked: dict[str, str]) -> Path:
    """Return the path of an official file, downloading it if it is not there, or stop if its MD5 is wrong."""
    stem = Path(name).stem
    path = raw.digits(data_root, dataset.__name__, stem)
    if path is None:
        path = data_root / dataset.__name__ / "raw" / name
        download(path, dataset.mirrors, md5)
    official, found = md5 if packed(path) else unpacked[stem], calculate_md5(path)
    if found != official:
        remedy = f"delete it so that it is fetched again, or put the official file there, packed or as {stem}"
        remedy = f"it is unpacked already: call it {stem}" if found == unpacked[stem] else remedy
        raise Stop(f"{path}: its MD5 is {found} and the official file's {official}; {remedy}")
    return path


def download(path: Path, mirrors: list[str], md5: str) -> None:
    """Download a file from the first mirror that has it right; a broken download leaves nothing."""
    require_writable(path)
    for attempt in range(ATTEMPTS):
        time.sleep(5 * attempt)
        for mirror in mirrors:
            try:
                with writing(path) as temporary:
                    download_url(mirror + path.name, temporary.parent, temporary.name, md5)
                return
            except (Stop, RuntimeError, http.client.HTTPException) as error:  # RuntimeError: wrong MD5
                reason = f"{mirror}: {error.__cause__ or error}"
    raise Stop(f"{path}: download failed, last from {reason}; try again later or {by_hand(path)}")


def require_writable(path: Path) -> None:
    """Stop unless a file can be made in its folder, which is made if it is not there."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        writable = os.access(path.parent, os.W_OK)
    except OSError:
        writable = False
    if not writable:
        raise Stop(f"{path}: is missing and the folder read-only; change data_root or {by_hand(path)}")


def by_hand(path: Path) -> str:
    """Say how to do without a download, and what lies there in a form that is not read."""
    there = "; ".join(raw.holding(folder) for folder in (path.parents[2], path.parent))
    return f"put the file there, packed or as {path.stem} ({there})"


def read_split(images_path: Path, labels_path: Path) -> Split:
    """Read images [n, 28, 28] and labels [n] as a split of images [n, 1, 32, 32]."""
    images, labels = read_idx(images_path, 3), read_idx(labels_path, 1)
    if images.shape[1:] != (28, 28):
        raise Stop(f"{images_path}: images of {images.shape[1:]}, not 28x28; put the official file there")
    if len(images) != len(labels):
        raise Stop(
            f"{labels_path}: {len(labels)} labels for the {len(images)} images of {images_path.name}; "
            "delete both so that they are fetched again"
        )
    return digits_split(images, labels)


def read_idx(path: Path, dimensions: int) -> np.ndarray:
    """Read an idx file of bytes, gzipped or not: magic 0, 0, 8, number of dimensions; big-endian sizes; the values."""
    try:
        content = gzip.decompress(path.read_bytes()) if packed(path) else path.read_bytes()
    except (OSError, EOFError, zlib.error) as error:
        raise Stop(f"{path}: broken gzip file ({error}); delete it so that it is fetched again") from error
    header = 4 + 4 * dimensions
    shape = np.frombuffer(content[4:header], ">u4").astype(int) if len(content) >= header else None
    if shape is None or content[:4] != bytes([0, 0, 8, dimensions]) or len(content) != header + shape.prod():
        raise Stop(f"{path}: no idx file of {dimensions} dimensions; delete it so that it is fetched again")
    return np.frombuffer(content, np.uint8, offset=header).reshape(shape)
