import hashlib
from urllib.error import URLError

import pytest

from bench import fetch_inception as module
from bench.command import Stop


@pytest.fixture
def weights(tmp_path, monkeypatch):
    """A file under data_root that passes for the published weights."""
    content = b"weights"
    monkeypatch.setattr(module, "DIGEST", hashlib.sha256(content).hexdigest()[:8])
    (tmp_path / "root").mkdir()
    (tmp_path / "root" / module.NAME).write_bytes(content)
    return tmp_path


def no_network(*arguments, **keywords):
    raise URLError("no network")


def test_the_name_carries_the_checksum():
    assert module.NAME == "weights-inception-2015-12-05-6726825d.pth"
    assert module.DIGEST == "6726825d"


def test_weights_in_data_root_are_taken_without_a_download(weights, monkeypatch):
    monkeypatch.setattr(module.torch.hub, "download_url_to_file", no_network)
    module.fetch_inception(weights / "root", weights / "out.pth")
    assert (weights / "out.pth").read_bytes() == b"weights"


def test_a_wrong_file_is_refused_and_nothing_is_written(weights):
    (weights / "root" / module.NAME).write_bytes(b"other")
    with pytest.raises(Stop, match=module.NAME):
        module.fetch_inception(weights / "root", weights / "out" / "inception.pth")
    assert not any((weights / "out").iterdir())


def test_a_download_is_checked(weights, monkeypatch):
    (weights / "root" / module.NAME).unlink()
    contents = iter([b"weights", b"cut"])

    def download(url, path, progress):
        with open(path, "wb") as file:
            file.write(next(contents))

    monkeypatch.setattr(module.torch.hub, "download_url_to_file", download)
    module.fetch_inception(weights / "root", weights / "out.pth")
    assert (weights / "out.pth").read_bytes() == b"weights"
    with pytest.raises(Stop, match="the download"):
        module.fetch_inception(weights / "root", weights / "second.pth")


def test_without_network_the_message_names_the_file_and_the_folder(weights, monkeypatch, capsys):
    (weights / "root" / module.NAME).unlink()
    monkeypatch.setattr(module.torch.hub, "download_url_to_file", no_network)
    with pytest.raises(Stop, match=f"put {module.NAME} .* under .*root"):
        module.fetch_inception(weights / "root", weights / "out.pth")
    assert capsys.readouterr().out.count("no network") == module.TRIES
