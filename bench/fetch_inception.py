"""Rule `fetch_inception`: torch-fidelity's Inception weights, checked; in: data_root or the network, out: a .pth."""

import argparse
import os
import shutil
from pathlib import Path
from urllib.error import URLError

import torch
from torch_fidelity.feature_extractor_inceptionv3 import URL_INCEPTION_V3

from bench.command import Stop, run
from bench.files import sha256, writing

NAME = Path(URL_INCEPTION_V3).name
DIGEST = NAME.removesuffix(".pth").rsplit("-", 1)[
    1
]  # the name ends in the first digits of the file's SHA-256
TRIES = 3


def fetch_inception(data_root: Path, out: Path) -> None:
    """Copy the weights from `data_root`, or download them; stop if they are not the published ones."""
    own = data_root / NAME
    with writing(out) as temporary:
        if own.exists():
            shutil.copyfile(own, temporary)
        else:
            _download(temporary, data_root)
        if not sha256(temporary).startswith(DIGEST):
            source = own if own.exists() else "the download"
            raise Stop(
                f"{source}: SHA-256 does not begin with {DIGEST}: not torch-fidelity's weights; put {NAME} there"
            )


def _download(path: Path, data_root: Path) -> None:
    for attempt in range(TRIES):
        try:
            torch.hub.download_url_to_file(URL_INCEPTION_V3, os.fspath(path), progress=False)
            return
        except (URLError, OSError) as error:
            print(f"attempt {attempt + 1} of {TRIES}: {error}", flush=True)
    raise Stop(
        f"cannot download Inception's weights: put {NAME} of torch-fidelity's release v0.2.0 under {data_root}, "
        "or run with `fid.extractor: in_domain` (numbers of another kind)"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data-root", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    fetch_inception(arguments.data_root, arguments.out)
    print(f"Inception weights {NAME} are at {arguments.out}")


if __name__ == "__main__":
    run(main)
