"""MNIST and FashionMNIST: official files found, downloaded, and each kind of bad file refused."""

import gzip
import hashlib
from contextlib import suppress
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from raw_data import DIGIT_LAYOUTS, idx_file, official_digits, place
from torchvision.datasets import MNIST, FashionMNIST

from bench.datasets import fashion_mnist, mnist
from bench.datasets.base import idx
from bench.datasets.base.splits import Split, resize
from bench.job.command import Stop


def images_of(split: Split) -> np.ndarray:
    return np.concatenate(list(split.chunks))


def publish(monkeypatch, files: dict[str, bytes], dataset: type[MNIST] = MNIST, module: ModuleType = mnist) -> None:
    """Make torchvision and the data set believe that these files are the official ones."""
    resources = [(name, hashlib.md5(content).hexdigest()) for name, content in files.items()]
    monkeypatch.setattr(dataset, "resources", resources)
    for name, content in files.items():
        with suppress(OSError, EOFError):  # a broken archive holds nothing
            monkeypatch.setitem(module.UNPACKED, Path(name).stem, hashlib.md5(gzip.decompress(content)).hexdigest())


@pytest.fixture
def offline(monkeypatch):
    def refuse(*arguments):
        raise AssertionError("downloads what is there")

    monkeypatch.setattr(idx, "download_url", refuse)


@pytest.mark.parametrize(("module", "dataset"), [(mnist, MNIST), (fashion_mnist, FashionMNIST)])
def test_official_files_that_are_there_are_read_offline(tmp_path, monkeypatch, offline, module, dataset):
    files = official_digits()
    publish(monkeypatch, files, dataset, module)
    place(tmp_path, files, f"{dataset.__name__}/raw/{{name}}.gz")
    splits = module.load(tmp_path)
    assert splits.title == dataset.__name__
    assert splits.source == f"The official files of {dataset.__name__}, MD5s verified; resized to 32x32 (PIL bilinear)"
    assert splits.train.labels.tolist() == [0, 1, 2, 3, 4, 5] and splits.train.labels.dtype == np.int64
    raw = np.frombuffer(gzip.decompress(files["t10k-images-idx3-ubyte.gz"]), np.uint8, offset=16)
    np.testing.assert_array_equal(images_of(splits.test), resize(raw.reshape(3, 28, 28), 32))


@pytest.mark.parametrize("layout", DIGIT_LAYOUTS)
def test_digits_in_other_layouts_are_read_offline_and_are_the_same(tmp_path, monkeypatch, offline, layout):
    files = official_digits()
    publish(monkeypatch, files)
    place(tmp_path / "usual", files)
    place(tmp_path / "other", files, layout)
    usual, other = mnist.load(tmp_path / "usual"), mnist.load(tmp_path / "other")
    for split in ("train", "test"):
        np.testing.assert_array_equal(images_of(getattr(other, split)), images_of(getattr(usual, split)))
        assert getattr(other, split).labels.tolist() == getattr(usual, split).labels.tolist()
    assert ("of unpacked ones that of the content" in other.source) == (not layout.endswith(".gz"))


def test_unpacked_file_of_another_data_set_is_refused(tmp_path, monkeypatch, offline):
    """Its shapes, counts and labels are MNIST's."""
    files = official_digits()
    publish(monkeypatch, files)
    other = np.zeros((3, 28, 28), np.uint8)
    place(tmp_path, files | {"t10k-images-idx3-ubyte.gz": idx_file(other)}, "MNIST/raw/{name}")
    with pytest.raises(Stop, match="t10k-images-idx3-ubyte: its MD5 is .* delete it"):
        mnist.load(tmp_path)


def test_unpacked_file_under_its_archives_name_is_told_its_own(tmp_path, monkeypatch, offline):
    files = official_digits()
    publish(monkeypatch, files)
    place(tmp_path, {name: gzip.decompress(content) for name, content in files.items()})
    with pytest.raises(Stop, match="ubyte.gz: .*it is unpacked already: call it train-images-idx3-ubyte"):
        mnist.load(tmp_path)


def test_file_with_a_wrong_md5_is_refused(tmp_path, monkeypatch, offline):
    files = official_digits()
    publish(monkeypatch, files)
    folder = place(tmp_path, files)
    (folder / "train-labels-idx1-ubyte.gz").write_bytes(b"quota exceeded")
    with pytest.raises(Stop, match="train-labels-idx1-ubyte.gz: its MD5 .* delete it"):
        mnist.load(tmp_path)


def broken(name: str, content: bytes) -> dict[str, bytes]:
    return official_digits() | {name: content}


IMAGES = official_digits()["t10k-images-idx3-ubyte.gz"]


@pytest.mark.parametrize(
    ("files", "message"),
    [
        (broken("t10k-images-idx3-ubyte.gz", IMAGES[:-100]), "t10k-images.*broken gzip"),
        (broken("t10k-images-idx3-ubyte.gz", b"no gzip"), "t10k-images.*broken gzip"),
        (broken("t10k-images-idx3-ubyte.gz", gzip.compress(b"")), "t10k-images.*no idx file of 3"),
        (
            broken("t10k-images-idx3-ubyte.gz", gzip.compress(gzip.decompress(IMAGES)[:-1])),
            "t10k-images.*no idx file of 3",
        ),
        (broken("train-labels-idx1-ubyte.gz", IMAGES), "train-labels.*no idx file of 1"),
        (broken("train-labels-idx1-ubyte.gz", idx_file(np.zeros(5, np.uint8))), "5 labels for the 6 images"),
        (broken("t10k-images-idx3-ubyte.gz", idx_file(np.zeros((3, 27, 28), np.uint8))), "not 28x28"),
    ],
)
def test_bad_idx_file_is_refused(tmp_path, monkeypatch, offline, files, message):
    publish(monkeypatch, files)
    place(tmp_path, files)
    with pytest.raises(Stop, match=message):
        mnist.load(tmp_path)


def serve(monkeypatch, files: dict[str, bytes], failures: int) -> list[str]:
    """Stand in for the network: the first `failures` downloads break off; returns the URLs asked for."""
    asked = []

    def download_url(url, root, filename, md5):
        asked.append(url)
        content = files[url.rsplit("/", 1)[1]]
        if len(asked) <= failures:
            (Path(root) / filename).write_bytes(content[: len(content) // 2])
            raise OSError("connection reset")
        (Path(root) / filename).write_bytes(content)

    monkeypatch.setattr(idx, "download_url", download_url)
    monkeypatch.setattr(idx.time, "sleep", lambda seconds: None)
    monkeypatch.setattr(MNIST, "mirrors", ["https://one/", "https://two/"])
    return asked


def test_missing_files_are_downloaded_with_retries_and_kept(tmp_path, monkeypatch):
    files = official_digits()
    publish(monkeypatch, files)
    asked = serve(monkeypatch, files, failures=3)
    assert len(mnist.load(tmp_path).train.labels) == 6
    first = "train-images-idx3-ubyte.gz"
    assert asked[:4] == [f"https://{mirror}/{first}" for mirror in ("one", "two", "one", "two")]
    assert {path.name for path in (tmp_path / "MNIST" / "raw").iterdir()} == set(files)
    count = len(asked)
    mnist.load(tmp_path)
    assert len(asked) == count


def test_failed_download_leaves_nothing(tmp_path, monkeypatch):
    files = official_digits()
    publish(monkeypatch, files)
    serve(monkeypatch, files, failures=100)
    with pytest.raises(Stop, match="train-images.*connection reset.*put the file there"):
        mnist.load(tmp_path)
    assert not list((tmp_path / "MNIST" / "raw").iterdir())


def test_what_lies_there_in_another_form_is_named_if_the_download_fails(tmp_path, monkeypatch):
    publish(monkeypatch, official_digits())
    serve(monkeypatch, official_digits(), failures=100)
    (tmp_path / "mnist.npz").touch()
    with pytest.raises(Stop, match=r"packed or as train-images-idx3-ubyte \(.*holds MNIST, mnist.npz; .*raw holds no"):
        mnist.load(tmp_path)


def test_missing_files_and_no_place_for_them_are_one_clear_line(tmp_path, monkeypatch):
    publish(monkeypatch, official_digits())
    (tmp_path / "MNIST").write_text("a file where the folder would be, which not even root can write into")
    with pytest.raises(Stop, match="read-only.*data_root"):
        mnist.load(tmp_path)
