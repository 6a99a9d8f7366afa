"""Rule `fetch`: a data set as uint8 arrays; in: its options and raw files, out: images, labels, data.json."""

import importlib
import inspect
import pkgutil
import time
from contextlib import ExitStack
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

import bench.datasets
from bench.datasets.base.splits import Split, Splits
from bench.job.command import Stop
from bench.job.progress import Progress
from bench.records.files import sha256, write_json, writing

# What the config says of a data set for its models' sake.
MODEL_KEYS = {"latent", "components", "training", "architecture"}


def fetch(dataset: str, options: dict[str, Any], data_root: Path, out: Path) -> dict[str, Any]:
    """Write {train,test}.npy (uint8 [n, c, h, w]), {train,test}_labels.npy (int64 [n]) and data.json.

    All or nothing: the record data.json, which is returned, comes last and vouches for the arrays.
    """
    module = dataset_module(dataset)
    own = {name: value for name, value in options.items() if name not in MODEL_KEYS}
    check_options(dataset, module, own)
    splits = module.load(data_root, **own)
    digests = write_splits(splits, out)
    record = {
        "name": dataset,
        "title": splits.title,
        "counts": {"train": len(splits.train.labels), "test": len(splits.test.labels)},
        "classes": splits.classes,
        "shape": splits.shape,
        "sha256": digests,
        "source": splits.source,
        "options": own,
    }
    write_json(out / "data.json", record)
    return record


def dataset_module(name: str) -> ModuleType:
    """Return the module of a data set, or stop naming those that exist."""
    names = sorted(module.name for module in pkgutil.iter_modules(bench.datasets.__path__) if not module.ispkg)
    if name not in names:
        raise Stop(f"no data set {name!r}; there are {', '.join(names)}")
    return importlib.import_module(f"bench.datasets.{name}")


def check_options(dataset: str, module: ModuleType, options: dict[str, Any]) -> None:
    """Stop unless the options are exactly the keyword-only arguments of the data set's `load`."""
    parameters = inspect.signature(module.load).parameters.values()
    expected = {parameter.name for parameter in parameters if parameter.kind is parameter.KEYWORD_ONLY}
    if set(options) != expected:
        raise Stop(f"{dataset}: options are {sorted(options)}; it takes exactly {sorted(expected)}")


def write_splits(splits: Splits, out: Path) -> dict[str, str]:
    """Write the four arrays, all or none, and return their SHA-256 by file name."""
    digests = {}
    with ExitStack() as stack:
        for name, split in (("train", splits.train), ("test", splits.test)):
            images = stack.enter_context(writing(out / f"{name}.npy"))
            write_images(images, name, split, splits.shape)
            labels = stack.enter_context(writing(out / f"{name}_labels.npy"))
            np.save(labels, split.labels)
            digests |= {f"{name}.npy": sha256(images), f"{name}_labels.npy": sha256(labels)}
        # Until the new record the arrays may be of two fetches: the old record must not vouch for them.
        (out / "data.json").unlink(missing_ok=True)
    return digests


def write_images(path: Path, name: str, split: Split, shape: tuple[int, int, int]) -> None:
    """Write a split's images chunk by chunk.

    Not through mapped memory, in which a full disk is no error but the end of the process.
    """
    count, done = len(split.labels), 0
    progress = Progress(count, f"{name} images")
    with path.open("wb") as file:
        header = {"descr": "|u1", "fortran_order": False, "shape": (count, *shape)}
        np.lib.format.write_array_header_1_0(file, header)
        for chunk in split.chunks:
            file.write(np.ascontiguousarray(np.broadcast_to(chunk, (len(chunk), *shape)), np.uint8))
            done += len(chunk)
            progress.show(done)
    if done != count:
        raise ValueError(f"{name}: {done} images and {count} labels")


def main(*, dataset: str, options: dict, data_root: Path, data: Path) -> None:
    started = time.monotonic()
    record = fetch(dataset, options, data_root.expanduser(), data)
    counts, shape = record["counts"], "x".join(map(str, record["shape"]))
    print(
        f"{record['title']}: {counts['train']:,} train and {counts['test']:,} test images of {shape}, "
        f"{record['classes']:,} classes, in {data} ({time.monotonic() - started:.1f} s)"
    )
