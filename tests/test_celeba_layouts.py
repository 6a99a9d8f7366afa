"""CelebA as people have it: other folders, lists out of other programs, archives packed anew; near misses named."""

import hashlib
import re
import zipfile

import numpy as np
import pytest
from raw_data import FACE_LAYOUTS, FACES, IDENTITY, PARTITION, kaggle, write_celeba
from torchvision.datasets import CelebA

from bench.datasets import celeba
from bench.datasets.base.lists import list_md5, read_list
from bench.datasets.base.raw import PARTITION as LIST
from bench.datasets.base.splits import Split
from bench.job.command import Stop


def images_of(split: Split) -> np.ndarray:
    return np.concatenate(list(split.chunks))


@pytest.mark.parametrize("layout", FACE_LAYOUTS)
def test_celeba_in_other_layouts_is_the_same(tmp_path, layout):
    for name in ("usual", "other"):
        (tmp_path / name).mkdir()
        (write_celeba(tmp_path / name) / "identity_CelebA.txt").write_text(IDENTITY)
    layout(tmp_path / "other" / "celeba")
    usual, other = (celeba.load(tmp_path / name, allow_subset=True) for name in ("usual", "other"))
    for split in ("train", "test"):
        np.testing.assert_array_equal(images_of(getattr(other, split)), images_of(getattr(usual, split)))
        assert getattr(other, split).labels.tolist() == getattr(usual, split).labels.tolist()
    assert other.title == "celeba-subset-6" and other.classes == 3


@pytest.mark.parametrize("folder", ["", "img_align_celeba/img_align_celeba/"])
def test_celeba_archive_packed_anew_is_read(tmp_path, folder):
    with zipfile.ZipFile(write_celeba(tmp_path) / "img_align_celeba.zip", "w") as archive:
        archive.mkdir("img_align_celeba")
        for name, content in FACES.items():
            archive.writestr(f"{folder}{name}", content)
    assert len(images_of(celeba.load(tmp_path, allow_subset=True).train)) == 3


@pytest.mark.parametrize(
    "changed",
    [
        lambda text: text.replace("\n", "\r\n").encode(),
        lambda text: b"\xef\xbb\xbf" + text.encode(),
        lambda text: text.encode("utf-16"),
        lambda text: text.replace(" ", "\t").encode(),
        lambda text: f"{text}\n".encode(),
        lambda text: f"image_id,partition\n{text.replace(' ', ',')}".encode(),
    ],
    ids=["CR and LF", "byte order mark", "UTF-16", "tabs", "empty line", "Kaggle's CSV"],
)
def test_list_that_went_through_another_program_says_the_same(tmp_path, changed):
    (tmp_path / "list.txt").write_bytes(changed(PARTITION))
    assert list(read_list(tmp_path / "list.txt").items()) == list(zip(FACES, (0, 0, 1, 0, 2, 2), strict=True))


def test_the_official_partition_is_recognised_by_its_lines():
    """Its numbers are known: the first 162,770 images train, the last 19,962 test."""
    parts = [(number > 162_770) + (number > 182_637) for number in range(1, celeba.FULL + 1)]
    numbers = {f"{number:06d}.jpg": part for number, part in enumerate(parts, start=1)}
    assert list_md5(numbers) == dict((name, md5) for _, md5, name in CelebA.file_list)[LIST]


def test_full_celeba_in_a_folder_with_a_csv_is_checked_by_its_lines(tmp_path, monkeypatch):
    folder = write_celeba(tmp_path)
    kaggle(folder)
    monkeypatch.setattr(celeba, "FULL", 6)
    with pytest.raises(Stop, match="list_eval_partition.csv: its MD5 is not the official d32c9cbf5e04"):
        celeba.load(tmp_path, allow_subset=False)
    official = hashlib.md5(PARTITION.replace("\n", "\r\n").encode()).hexdigest()
    monkeypatch.setattr(CelebA, "file_list", [("", official, LIST)])
    splits = celeba.load(tmp_path, allow_subset=False)
    assert splits.title == "CelebA" and "unpacked, MD5s of the lists verified" in splits.source


def test_what_lies_there_in_another_form_is_named(tmp_path):
    folder = write_celeba(tmp_path)
    (folder / "img_align_celeba.zip").rename(folder / "img_celeba.7z.001")
    with pytest.raises(Stop, match=r"celeba holds img_celeba.7z.001, list_eval_partition.txt; .*Unpack") as stop:
        celeba.load(tmp_path, allow_subset=True)
    assert "\n" not in str(stop.value) and "lacks img_align_celeba.zip or the folder img_align_celeba;" in str(
        stop.value
    )
    with pytest.raises(Stop, match="nowhere is no folder"):
        celeba.load(tmp_path / "nowhere", allow_subset=True)


def test_few_faces_with_the_whole_list_are_counted(tmp_path):
    more = "".join(f"{number:06d}.jpg 0\n" for number in range(7, 100))
    write_celeba(tmp_path, partition=PARTITION + more)
    with pytest.raises(Stop, match=r"no image 000007.jpg, .* of its 98 for train and test 5 are there .* a subset"):
        celeba.load(tmp_path, allow_subset=True)


@pytest.mark.parametrize(
    ("offset", "value", "reason"), [(6, 1, "password required"), (8, 9, "method is not supported")]
)
def test_archive_with_a_password_or_deflate64_is_one_line(tmp_path, offset, value, reason):
    """Flags and method stand two bytes later in the archive's directory than before each file."""
    path = write_celeba(tmp_path) / "img_align_celeba.zip"
    content = bytearray(path.read_bytes())
    for mark, later in ((b"PK\x03\x04", 0), (b"PK\x01\x02", 2)):
        for found in re.finditer(re.escape(mark), bytes(content)):
            content[found.start() + offset + later] = value
    path.write_bytes(content)
    with pytest.raises(Stop, match=f"img_align_celeba.zip: 000001.jpg cannot be unpacked here .*{reason}.*unpack the"):
        images_of(celeba.load(tmp_path, allow_subset=True).train)
