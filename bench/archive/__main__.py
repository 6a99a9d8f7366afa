"""Handing a finished results folder over; in: the folder, out: one zip, which `bench.archive.verify` verifies.

`python -m bench.archive results/quick --out quick.zip` packs tables, figures, the numbers per seed, and of every run
its losses and provenance, specification included; plan.json holds the merged config and the claims. Weights, codes and
images stay behind. The zip is an RO-Crate (https://w3id.org/ro/crate/1.2): ro-crate-metadata.json says what is in it.
"""

import argparse
import hashlib
import json
import stat
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from bench.archive.verify import SUMS
from bench.checks.every import check
from bench.checks.folder import Folder
from bench.job.command import Stop, execute
from bench.records.files import sha256, writing

REPORT = ("plan.json", "front.json", "*.md", "index.html", "tables/*.csv", "figures/*.p??", "linear_rank/*.csv")
METADATA = "ro-crate-metadata.json"
CRATE = "https://w3id.org/ro/crate/1.2"
LICENCE = "https://spdx.org/licenses/MIT"
# The versions that provenance.json keeps.
SOFTWARE = {"python": "https://www.python.org", "torch": "https://pytorch.org", "numpy": "https://numpy.org"}
FILE_MODE = (stat.S_IFREG | 0o644) << 16


def archive(folder: Folder, out: Path) -> None:
    """Pack a results folder. Equal files and a report (tables.md) of the same day give equal bytes.

    Raises Stop if `bench.checks` finds an error in the folder.
    """
    names = members(folder)
    if "tables.md" not in names:
        raise Stop(f"{folder.root} has no tables.md: run the workflow to its end first")
    if errors := [finding for finding in check(folder) if finding.severity == "error"]:
        raise Stop(
            f"{folder.root} is not to be handed over: {errors[0].where}: {errors[0].message} "
            f"(python -m bench.checks {folder.root} names all of {len(errors)})"
        )
    content = {name: (folder.root / name).read_bytes() for name in names}
    content[METADATA] = json.dumps(metadata(folder, names), indent=1).encode() + b"\n"
    content[SUMS] = "".join(f"{hashlib.sha256(content[name]).hexdigest()}  {name}\n" for name in content).encode()
    with writing(out) as temporary, ZipFile(temporary, "w") as file:
        for name in content:
            info = ZipInfo(name)  # its time is 1980
            info.compress_type, info.external_attr = ZIP_DEFLATED, FILE_MODE
            file.writestr(info, content[name])


def members(folder: Folder) -> list[str]:
    """Return the paths in a folder, and in its archive, of what is packed: of runs only those that the plan names."""
    patterns = [*REPORT]
    patterns += [f"data/{name}/*.{kind}" for name in folder.datasets for kind in ("csv", "json")]
    patterns += [f"{run['path']}/{each}" for run in folder.runs for each in ("*.csv", "*.json", "metrics/**/*.csv")]
    paths = {path for pattern in patterns for path in folder.root.glob(pattern) if not path.name.startswith(".")}
    return sorted(path.relative_to(folder.root).as_posix() for path in paths)


def metadata(folder: Folder, names: list[str]) -> dict[str, Any]:
    """Return ro-crate-metadata.json: the folder, its files, and the commits and software that made them."""
    files = [_entity(name, "File", name=name) for name in names]
    day = datetime.fromtimestamp((folder.root / "tables.md").stat().st_mtime, UTC).date()
    root = _entity(
        "./",
        "Dataset",
        name=f"What are IRMAE's tables worth? Preset {folder.plan['preset']}",
        description="Tables, figures, the numbers per seed behind them and where each comes from; tables.md first.",
        datePublished=day.isoformat(),
        license={"@id": LICENCE},
        hasPart=_references(files),
        mentions={"@id": "#run"},
    )
    tools = _tools(folder)
    action = _entity("#run", "CreateAction", name="snakemake", instrument=_references(tools), result={"@id": "./"})
    licence = _entity(LICENCE, "CreativeWork", name="MIT License")
    descriptor = _entity(METADATA, "CreativeWork", conformsTo={"@id": CRATE}, about={"@id": "./"})
    return {"@context": f"{CRATE}/context", "@graph": [descriptor, root, licence, action, *tools, *files]}


def _tools(folder: Folder) -> list[dict[str, Any]]:
    """Return the versions of the suite and of the packages that made a folder."""
    made = folder.provenance.values()
    tools = [
        _entity(f"#{commit}", "CreativeWork", name=f"irmae-bench, commit {commit}", version=commit)
        for commit in sorted({str(one["commit"]) for one in made})
    ]
    for name, url in SOFTWARE.items():
        versions = sorted({str(one[name]) for one in made if name in one})
        tools += [_entity(f"#{name}-{v}", "SoftwareApplication", name=name, version=v, url=url) for v in versions]
    return tools


def _entity(identity: str, kind: str, **properties: Any) -> dict[str, Any]:
    return {"@id": identity, "@type": kind, **properties}


def _references(entities: list[dict[str, Any]]) -> list[dict[str, str]]:
    return [{"@id": entity["@id"]} for entity in entities]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("results", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    archive(Folder(arguments.results), arguments.out)
    print(f"{arguments.out}: {arguments.out.stat().st_size / 1e6:.1f} MB, SHA-256 {sha256(arguments.out)}")


if __name__ == "__main__":
    execute("archive", main)
