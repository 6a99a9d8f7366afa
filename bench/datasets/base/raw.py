"""Where raw data lie: the names and layouts that are looked for under `data_root`, by readers and doctor alike.

Standard library only: `make doctor` asks before anything is installed.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

# MNIST's and FashionMNIST's files, unpacked; they are published as NAME.gz.
DIGITS = [f"{split}-{part}-ubyte" for split in ("train", "t10k") for part in ("images-idx3", "labels-idx1")]
IMAGES, ARCHIVE = "img_align_celeba", "img_align_celeba.zip"
PARTITION, PARTITION_CSV, IDENTITY = "list_eval_partition.txt", "list_eval_partition.csv", "identity_CelebA.txt"


@dataclass(frozen=True)
class Faces:
    """Where CelebA's archive or folder of images, its partition and its identities are; None: nowhere."""

    images: Path | None
    partition: Path | None
    identity: Path | None


def digits(data_root: Path, title: str, name: str) -> Path | None:
    """Return where a file of DIGITS is, packed or not, in the folder of MNIST or FashionMNIST (`title`), or None.

    Programs that unpack write a dot for the first dash; Kaggle's archive has every file in a folder of its name.
    """
    places = [inner for folder in called(data_root, title) for inner in (folder / "raw", folder)]
    return first(places, (f"{name}.gz", name, name.replace("-idx", ".idx"), f"{name}/{name}"))


def faces(data_root: Path) -> Faces:
    """Return where CelebA's files are: in the folder of its name, or right under `data_root`.

    Each lies there itself, or as in the authors' drive in Img, Eval and Anno; Kaggle's archive nests the images.
    """
    kinds = {ARCHIVE: Path.is_file, f"{IMAGES}/{IMAGES}": Path.is_dir, IMAGES: Path.is_dir}
    images = (
        place / name for place in face_places(data_root, "Img") for name, there in kinds.items() if there(place / name)
    )
    return Faces(
        next(images, None),
        first(face_places(data_root, "Eval"), (PARTITION, PARTITION_CSV)),
        first(face_places(data_root, "Anno"), (IDENTITY,)),
    )


def face_places(data_root: Path, inner: str) -> list[Path]:
    """Return the folders, there or not, in which CelebA's files are looked for; `inner` is one of the drive's."""
    return [place for folder in (*called(data_root, "celeba"), data_root) for place in (folder, folder / inner)]


def called(data_root: Path, title: str) -> list[Path]:
    """Return the folders of that name, however its case, dashes and underscores; the name as it is comes first."""
    found = [path for path in data_root.glob("*") if plain(path.name) == plain(title) and path.is_dir()]
    return sorted(found, key=lambda path: (path.name != title, path.name))


def plain(name: str) -> str:
    return name.lower().replace("-", "").replace("_", "")


def first(places: Iterable[Path], names: Iterable[str]) -> Path | None:
    """Return the first file that there is, or None."""
    return next((place / name for place in places for name in names if (place / name).is_file()), None)


def holding(folder: Path) -> str:
    """Say what a folder holds, for a user whose data lie there in another form."""
    return f"{folder} holds {listed([path.name for path in folder.glob('*')])}"


def listed(names: Iterable[str]) -> str:
    """Return the first few names in one line."""
    names = sorted(names)
    more = f" and {len(names) - 4:,} more" if len(names) > 4 else ""
    return ", ".join(names[:4]) + more or "nothing"
