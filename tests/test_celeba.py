"""CelebA: archive and folder, and each kind of bad file refused."""

import hashlib
import io

import numpy as np
import pytest
from PIL import Image
from raw_data import FACES, IDENTITY, PARTITION, face, unpack, write_celeba
from torchvision.datasets import CelebA
from torchvision.transforms import CenterCrop, Compose, Resize

from bench.datasets import celeba
from bench.datasets.base.splits import Split
from bench.job.command import Stop


def images_of(split: Split) -> np.ndarray:
    return np.concatenate(list(split.chunks))


def test_celeba_is_cropped_and_resized_as_torchvision_does(tmp_path, monkeypatch):
    monkeypatch.setattr(celeba, "CHUNK", 2)
    write_celeba(tmp_path)
    splits = celeba.load(tmp_path, allow_subset=True)
    transform = Compose([CenterCrop(148), Resize(64)])
    for split, names in (
        (splits.train, ["000001.jpg", "000002.jpg", "000004.jpg"]),
        (splits.test, ["000005.jpg", "000006.jpg"]),
    ):
        expected = [np.asarray(transform(Image.open(io.BytesIO(FACES[name])))) for name in names]
        np.testing.assert_array_equal(images_of(split), np.stack(expected).transpose(0, 3, 1, 2))
        assert split.labels.tolist() == [0] * len(names)
    assert splits.title == "celeba-subset-6" and splits.classes == 1


def test_celeba_folder_gives_what_the_archive_gives(tmp_path):
    folder = write_celeba(tmp_path)
    from_archive = images_of(celeba.load(tmp_path, allow_subset=True).train)
    unpack(folder)
    np.testing.assert_array_equal(images_of(celeba.load(tmp_path, allow_subset=True).train), from_archive)
    (folder / "img_align_celeba" / "000005.jpg").unlink()
    with pytest.raises(Stop, match="img_align_celeba: has no image 000005.jpg"):
        celeba.load(tmp_path, allow_subset=True)


def test_celeba_identities_become_labels(tmp_path):
    folder = write_celeba(tmp_path)
    (folder / "identity_CelebA.txt").write_text(IDENTITY)
    splits = celeba.load(tmp_path, allow_subset=True)
    assert splits.train.labels.tolist() == [2, 0, 2] and splits.test.labels.tolist() == [1, 1]
    assert splits.classes == 3
    (folder / "identity_CelebA.txt").write_text("000001.jpg 90\n")
    with pytest.raises(Stop, match="identity_CelebA.txt: no line for 000002.jpg"):
        celeba.load(tmp_path, allow_subset=True)


def test_celeba_subset_must_be_allowed(tmp_path):
    write_celeba(tmp_path)
    with pytest.raises(Stop, match="lists 6 of CelebA's 202,599 images.*allow_subset: true"):
        celeba.load(tmp_path, allow_subset=False)


def test_full_celeba_must_have_the_official_md5(tmp_path, monkeypatch):
    folder = write_celeba(tmp_path)
    monkeypatch.setattr(celeba, "FULL", 6)
    with pytest.raises(Stop, match="img_align_celeba.zip: its MD5 is not the official 00d2c5bc6d35"):
        celeba.load(tmp_path, allow_subset=False)
    official = [("", hashlib.md5(path.read_bytes()).hexdigest(), path.name) for path in folder.iterdir()]
    monkeypatch.setattr(CelebA, "file_list", official)
    assert celeba.load(tmp_path, allow_subset=False).title == "CelebA"


@pytest.mark.parametrize("missing", ["img_align_celeba.zip", "list_eval_partition.txt"])
def test_missing_celeba_names_three_ways_to_get_it(tmp_path, missing):
    (write_celeba(tmp_path) / missing).unlink()
    with pytest.raises(Stop, match=r"\(1\).*gdown.*\(2\) by hand.*\(3\) a copy"):
        celeba.load(tmp_path, allow_subset=True)


@pytest.mark.parametrize(
    ("faces", "partition", "message"),
    [
        (FACES | {"../000009.jpg": b""}, PARTITION, "a name outside its folder"),
        (dict(list(FACES.items())[:-1]), PARTITION, "zip: has no image 000006.jpg"),
        (FACES, PARTITION.replace("000004.jpg", "../000004.jpg"), "line 4 is not"),
        (FACES, PARTITION.replace("000004.jpg 0", "000004.jpg"), "line 4 is not"),
        (FACES, PARTITION + "000001.jpg 0\n", "line 7 is not"),
        (FACES, PARTITION + "image_id partition\n", "line 7 is not"),
        (FACES, PARTITION.replace(".jpg", ".png"), "no image 000001.png.* 0 are there .*holds 000001.jpg, "),
        (FACES, PARTITION.replace(" 2", " 1"), r"no image in 0 \(train\) or 2 \(test\)"),
    ],
)
def test_bad_celeba_is_refused_at_once(tmp_path, faces, partition, message):
    write_celeba(tmp_path, faces, partition)
    with pytest.raises(Stop, match=message):
        celeba.load(tmp_path, allow_subset=True)


def test_truncated_celeba_archive_is_refused(tmp_path):
    path = write_celeba(tmp_path) / "img_align_celeba.zip"
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(Stop, match="img_align_celeba.zip: not a whole zip file"):
        celeba.load(tmp_path, allow_subset=True)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "000002.jpg cannot be decoded"),
        (face(2)[:-500], "000002.jpg cannot be decoded"),
        (face(2, (64, 64)), r"000002.jpg has size \(64, 64\)"),
    ],
)
def test_undecodable_face_is_named(tmp_path, content, message):
    write_celeba(tmp_path, FACES | {"000002.jpg": content})
    with pytest.raises(Stop, match=message):
        images_of(celeba.load(tmp_path, allow_subset=True).train)


def test_face_with_flipped_bytes_is_named(tmp_path):
    path = write_celeba(tmp_path) / "img_align_celeba.zip"
    content, flipped = path.read_bytes(), bytes(255 - byte for byte in FACES["000002.jpg"][300:320])
    path.write_bytes(content.replace(FACES["000002.jpg"][300:320], flipped, 1))
    with pytest.raises(Stop, match="cannot be decoded .*CRC"):
        images_of(celeba.load(tmp_path, allow_subset=True).train)
