"""Small raw data in the layouts that people have them in: CelebA's faces, MNIST's idx files."""

import gzip
import io
import struct
import zipfile
from pathlib import Path

import numpy as np
from PIL import Image


def face(seed: int, size: tuple[int, int] = (178, 218)) -> bytes:
    pixels = np.random.default_rng(seed).integers(0, 256, (8, 8, 3), dtype=np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).resize(size).save(file, "JPEG")
    return file.getvalue()


FACES = {f"{number:06d}.jpg": face(number) for number in range(1, 7)}
PARTITION = "".join(f"{name} {part}\n" for name, part in zip(FACES, (0, 0, 1, 0, 2, 2), strict=True))
IDENTITY = "".join(f"{name} {number}\n" for name, number in zip(FACES, (90, 7, 1, 90, 8, 8), strict=True))


def write_celeba(root: Path, faces: dict[str, bytes] = FACES, partition: str = PARTITION) -> Path:
    """Write archive and partition as torchvision has them; return their folder."""
    folder = root / "celeba"
    folder.mkdir(exist_ok=True)
    with zipfile.ZipFile(folder / "img_align_celeba.zip", "w") as archive:
        for name, content in faces.items():
            archive.writestr(f"img_align_celeba/{name}", content)
    (folder / "list_eval_partition.txt").write_text(partition)
    return folder


def unpack(folder: Path) -> None:
    """Put the faces into a folder instead of the archive."""
    (folder / "img_align_celeba.zip").unlink()
    (folder / "img_align_celeba").mkdir()
    for name, content in FACES.items():
        (folder / "img_align_celeba" / name).write_bytes(content)


def kaggle(folder: Path) -> None:
    """Faces one folder deeper, the partition as CSV with a header."""
    unpack(folder)
    (folder / "img_align_celeba").rename(folder / "inner")
    (folder / "img_align_celeba").mkdir()
    (folder / "inner").rename(folder / "img_align_celeba" / "img_align_celeba")
    (folder / "list_eval_partition.txt").unlink()
    lines = PARTITION.replace(" ", ",")
    (folder / "list_eval_partition.csv").write_text(f"image_id,partition\n{lines}")


def drive(folder: Path) -> None:
    """The authors' folder, under its own name."""
    kinds = {"img_align_celeba.zip": "Img", "list_eval_partition.txt": "Eval", "identity_CelebA.txt": "Anno"}
    for path in list(folder.iterdir()):
        (folder / kinds[path.name]).mkdir()
        path.rename(folder / kinds[path.name] / path.name)
    folder.rename(folder.with_name("CelebA"))


def itself(folder: Path) -> None:
    """`data_root` is the folder of the files."""
    for path in list(folder.iterdir()):
        path.rename(folder.parent / path.name)
    folder.rmdir()


FACE_LAYOUTS = [unpack, kaggle, drive, itself]

DIGIT_LAYOUTS = [
    "MNIST/raw/{name}.gz",
    "MNIST/raw/{name}",
    "MNIST/raw/{dotted}",
    "MNIST/raw/{name}/{name}",
    "MNIST/{name}.gz",
    "mnist/raw/{name}",
]


def idx_file(values: np.ndarray) -> bytes:
    return gzip.compress(
        bytes([0, 0, 8, values.ndim]) + struct.pack(f">{values.ndim}I", *values.shape) + values.tobytes()
    )


def official_digits(train: int = 6, test: int = 3) -> dict[str, bytes]:
    """Return four small files under MNIST's names, in torchvision's order."""
    generator = np.random.default_rng(1)
    files = {}
    for name, count in (("train", train), ("t10k", test)):
        images = generator.integers(0, 256, (count, 28, 28), dtype=np.uint8)
        files[f"{name}-images-idx3-ubyte.gz"] = idx_file(images)
        files[f"{name}-labels-idx1-ubyte.gz"] = idx_file(np.arange(count, dtype=np.uint8) % 10)
    return files


def place(root: Path, files: dict[str, bytes], layout: str = DIGIT_LAYOUTS[0]) -> Path:
    """Write MNIST's files, unpacked where the layout says so; return the folder of the last one."""
    for archive, content in files.items():
        name = archive.removesuffix(".gz")
        path = root / layout.format(name=name, dotted=name.replace("-idx", ".idx"))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if path.suffix == ".gz" else gzip.decompress(content))
    return path.parent
