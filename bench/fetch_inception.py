"""Rule `fetch_inception`: Inception's weights, checked; in: data_root or else the network, out: a .pth."""

import http.client
import os
import shutil
import time
from pathlib import Path

import torch
from torch_fidelity.feature_extractor_inceptionv3 import URL_INCEPTION_V3

from bench.job.command import Stop
from bench.records.files import sha256, writing

NAME = Path(URL_INCEPTION_V3).name
DIGEST = Path(NAME).stem.rsplit("-", 1)[1]  # the name ends in the first digits of the file's SHA-256
ATTEMPTS = 3


def fetch_inception(data_root: Path, out: Path) -> None:
    """Copy the weights from `data_root`, or download them; stop if they are not torch-fidelity's."""
    own = data_root / NAME
    with writing(out) as temporary:
        if own.exists():
            shutil.copyfile(own, temporary)
        else:
            _download(temporary, data_root)
        if not sha256(temporary).startswith(DIGEST):
            raise Stop(
                f"{own}: its SHA-256 does not begin with {DIGEST}; delete it so that it is fetched again, "
                f"or place the file {NAME} of torch-fidelity release v0.2.0 under {data_root}"
            )


def _download(path: Path, data_root: Path) -> None:
    for attempt in range(ATTEMPTS):
        time.sleep(5 * attempt)
        try:
            torch.hub.download_url_to_file(URL_INCEPTION_V3, os.fspath(path), DIGEST, progress=False)
            return
        except (OSError, RuntimeError, http.client.HTTPException) as error:  # RuntimeError: wrong SHA-256
            reason = error
    raise Stop(
        f"{NAME}: download failed ({reason}); place the file {NAME} of torch-fidelity release v0.2.0 under "
        f"{data_root}, or set fid.extractor to in_domain (numbers of another kind)"
    )


def main(*, data_root: Path, weights: Path) -> None:
    fetch_inception(data_root.expanduser(), weights)
    print(f"Inception weights {NAME} are at {weights}")
