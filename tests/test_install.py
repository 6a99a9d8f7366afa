"""Which torch `make` installs, against stand-ins for the package indexes on this machine."""

import json
import subprocess
import sys
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from zipfile import ZipFile

import pytest

from workflow import install


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture
def indexes(tmp_path):
    """The addresses of two indexes: one has torch 2.11.0, as PyPI, the other 2.11.0+cpu."""
    for name, version in (("pypi", "2.11.0"), ("cpu", "2.11.0+cpu")):
        folder = tmp_path / name / "torch"
        folder.mkdir(parents=True)
        wheel = f"torch-{version}-py3-none-any.whl"
        with ZipFile(folder / wheel, "w") as file:
            file.writestr(
                f"torch-{version}.dist-info/METADATA", f"Metadata-Version: 2.1\nName: torch\nVersion: {version}\n"
            )
            file.writestr(
                f"torch-{version}.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
            )
            file.writestr(f"torch-{version}.dist-info/RECORD", "")
        (folder / "index.html").write_text(f'<a href="{wheel}">{wheel}</a>')
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=tmp_path))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield tuple(f"http://127.0.0.1:{server.server_port}/{name}" for name in ("pypi", "cpu"))
    server.shutdown()
    server.server_close()


def resolved(pypi, options):
    """Return the version of torch that pip would install for the pin of requirements.lock."""
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--dry-run", "--ignore-installed", "--report", "-"]
    words = [*pip, "--isolated", "--index-url", pypi, *options, "torch==2.11.0"]
    report = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    return json.loads(report)["install"][0]["metadata"]["version"]


def test_without_a_driver_it_is_the_same_version_without_cuda(indexes, capsys):
    pypi, cpu = indexes
    assert resolved(pypi, install.index("cpu", cpu)) == "2.11.0+cpu"
    assert "torch without CUDA" in capsys.readouterr().out


def test_with_one_or_where_cuda_is_asked_for_it_is_pypis(indexes, capsys):
    pypi, cpu = indexes
    assert resolved(pypi, install.index("cuda", cpu)) == "2.11.0"
    assert "5 GB" in capsys.readouterr().out


def test_an_index_out_of_reach_is_one_line_and_pypi_it_is(indexes, capsys):
    pypi, cpu = indexes
    assert install.index("cpu", f"{cpu}/nothing") == [] and resolved(pypi, []) == "2.11.0"
    (line,) = capsys.readouterr().out.splitlines()
    assert "cannot be reached" in line


@pytest.mark.parametrize(
    ("platform", "driver", "program", "expected"),
    [
        ("linux", False, None, "cpu"),
        ("linux", True, None, "cuda"),
        ("linux", False, "/usr/bin/nvidia-smi", "cuda"),
        ("darwin", False, None, "cuda"),
    ],
)
def test_a_driver_decides(monkeypatch, tmp_path, platform, driver, program, expected):
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setattr(install, "DRIVER", tmp_path if driver else tmp_path / "none")
    monkeypatch.setattr(install.shutil, "which", lambda name: program)
    assert install.wanted() == expected
