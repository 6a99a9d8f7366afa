import hashlib
import http.client
from pathlib import Path
from urllib.error import URLError

import pytest

from bench.fetch_inception import DIGEST, NAME, fetch_inception
from bench.job.command import Stop

CONTENT = b"weights"


@pytest.fixture
def published(monkeypatch):
    """Let CONTENT be what torch-fidelity published."""
    monkeypatch.setattr("bench.fetch_inception.DIGEST", hashlib.sha256(CONTENT).hexdigest()[:8])


@pytest.fixture
def network(monkeypatch):
    """A network that does what a test puts on the list, one entry per attempt: raise, or deliver bytes."""
    answers, asked = [], []

    def download(url, path, hash_prefix, progress):
        asked.append(url)
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        Path(path).write_bytes(answer)

    monkeypatch.setattr("torch.hub.download_url_to_file", download)
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    return answers, asked


def test_the_file_is_torch_fidelitys():
    assert (NAME, DIGEST) == ("weights-inception-2015-12-05-6726825d.pth", "6726825d")


def test_a_file_under_data_root_is_copied_without_the_network(tmp_path, published, network):
    (tmp_path / NAME).write_bytes(CONTENT)
    fetch_inception(tmp_path, tmp_path / "data" / "inception.pth")
    assert (tmp_path / "data" / "inception.pth").read_bytes() == CONTENT
    assert network[1] == []


def test_a_wrong_file_under_data_root_stops_and_names_it(tmp_path, network):
    (tmp_path / NAME).write_bytes(CONTENT)
    with pytest.raises(Stop, match=f"{tmp_path / NAME}: its SHA-256 .* 6726825d; delete it .* under {tmp_path}"):
        fetch_inception(tmp_path, tmp_path / "data" / "inception.pth")
    assert list((tmp_path / "data").iterdir()) == []
    assert network[1] == []


def test_a_broken_download_is_tried_again(tmp_path, published, network):
    network[0][:] = [http.client.IncompleteRead(b""), RuntimeError("invalid hash value"), CONTENT]
    fetch_inception(tmp_path, tmp_path / "data" / "inception.pth")
    assert (tmp_path / "data" / "inception.pth").read_bytes() == CONTENT
    assert len(network[1]) == 3 and network[1][0].endswith(NAME)


def test_without_network_it_stops_with_what_to_do_and_leaves_nothing(tmp_path, network):
    network[0][:] = [URLError("no route")] * 3
    with pytest.raises(
        Stop, match=f"no route.*place the file {NAME} of torch-fidelity release v0.2.0 under {tmp_path}"
    ):
        fetch_inception(tmp_path, tmp_path / "data" / "inception.pth")
    assert list((tmp_path / "data").iterdir()) == []
