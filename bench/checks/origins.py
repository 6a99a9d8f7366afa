"""Does every number come from where it says, and do the numbers of a cell come from one place?"""

from collections.abc import Iterator
from typing import Any

from bench.checks.folder import AGAIN, Finding, Folder, error, listed, warning
from bench.files import read_origin, sha256
from bench.origin import UNKNOWN

MACHINE = ("device", "device_name", "torch", "tf32")
RUN_FILES = ("spec.json", "model.safetensors", "history.csv", "provenance.json")
NETWORK = ("extractor", "weights_sha256")


def complete(folder: Folder) -> Iterator[Finding]:
    """Everything the plan promises is there."""
    promised = [folder.root / "tables.md"]
    promised += [
        folder.root / "figures" / f"figure_{n}.{kind}" for n in folder.plan["figures"] for kind in ("png", "pdf")
    ]
    for run in folder.runs:
        kept = RUN_FILES if run["model"] != "supervised" else ("spec.json",)
        promised += [folder.root / run["path"] / name for name in kept]
        promised += [folder.root / run["path"] / "metrics" / f"{step}.csv" for step in run["metrics"]]
    promised += [folder.root / "data" / name / "fid_reference.csv" for name in folder.plan["datasets"]]
    for path in promised:
        if not path.is_file():
            yield error(
                "complete",
                folder.name(path),
                "is missing although the plan promises it; run the workflow again",
            )


def origins(folder: Folder) -> Iterator[Finding]:
    """Every table of numbers was made for the run it lies in, by the commit that trained the run."""
    for run in folder.runs:
        spec = folder.root / run["path"] / "spec.json"
        digest = sha256(spec) if spec.is_file() else None
        known = folder.provenance.get(run["path"], {})
        if known and known["spec_sha256"] != digest:
            yield error("origin", run["path"], f"was trained with another specification than its spec.json; {AGAIN}")
        for path in folder.metric_files(run):
            origin, where = read_origin(path), folder.name(path)
            if not origin:
                yield error("origin", where, f"does not say where it comes from; {AGAIN}")
            elif origin.get("step") != path.stem or origin.get("spec_sha256") != digest:
                made = f"{origin.get('step')} of specification {str(origin.get('spec_sha256'))[:12]}"
                yield error("origin", where, f"was made for another run ({made}); {AGAIN}")
            elif known and origin["tree"] != known["tree"]:
                made = (
                    f"{origin['commit'][:12]}, its run was trained at {known['commit'][:12]}, which has another bench/"
                )
                yield error(
                    "origin", where, f"was made at commit {made}: one cell mixes both; delete the older, run again"
                )


def batches(folder: Folder) -> Iterator[Finding]:
    """The seeds of a cell come from one version of the code."""
    for (dataset, variant), paths in _cells(folder.trained).items():
        found = {folder.provenance[path]["tree"]: folder.provenance[path]["commit"][:12] for path in paths}
        if len(found) > 1:
            text = f"its seeds were trained at commits with different bench/: {listed(found.values())}; {AGAIN}"
            yield error("origin", f"runs/{dataset}/{variant}", text)


def commits(folder: Folder) -> Iterator[Finding]:
    """What is compared comes from one commit, and from a commit that exists."""
    loose = []
    for name, runs in _by_dataset(folder).items():
        made = {run["path"]: folder.provenance[run["path"]] for run in runs}
        every = [run for run in folder.runs if run["dataset"] == name]
        made |= {folder.name(path): read_origin(path) for run in every for path in folder.metric_files(run)}
        found = dict.fromkeys(origin["commit"][:12] for origin in made.values() if origin)
        if len(found) > 1:
            yield warning("commit", name, f"its numbers were made at {len(found)} commits: {listed(found)}")
        loose += [
            where for where, origin in made.items() if origin and (origin["dirty"] or origin["commit"] == UNKNOWN)
        ]
    if loose:
        text = (
            f"{len(loose)} files were made with changes that no commit holds; commit and run again before you publish"
        )
        yield warning("commit", listed(loose, 3), text)


def machines(folder: Folder) -> Iterator[Finding]:
    """A cell is of one machine and one way of running; so are those it is compared with."""
    for name, runs in _by_dataset(folder).items():
        for key in MACHINE:
            values = {run["path"]: str(folder.provenance[run["path"]][key]) for run in runs}
            mixed = [path for paths in _cells(runs).values() if len({values[p] for p in paths}) > 1 for path in paths]
            if len(set(values.values())) > 1:
                finding = error if mixed else warning
                yield finding(
                    "machine", listed(mixed or [name]), f"{key} differs: {listed(sorted(set(values.values())))}"
                )
        ways = {
            variant: {folder.provenance[p]["execution"] for p in paths} for (_, variant), paths in _cells(runs).items()
        }
        mixed = [variant for variant, found in ways.items() if len(found) > 1]
        if mixed:
            text = f"seeds were run in different ways: {listed(sorted(ways[mixed[0]]))}; numbers agree up to rounding"
            yield warning("machine", f"{name}: {listed(mixed)}", text)


def data(folder: Folder) -> Iterator[Finding]:
    """All runs of a data set saw the images that lie there."""
    for name, runs in _by_dataset(folder).items():
        record = folder.data(name)["sha256"]
        for file in ("train.npy", "test.npy"):
            path = folder.root / "data" / name / file
            if not path.is_file() or sha256(path) != record[file]:
                yield error(
                    "data",
                    folder.name(path),
                    "is not the file that data.json vouches for; delete the folder and run again",
                )
        for run in runs:
            if folder.provenance[run["path"]]["data_sha256"] != record["train.npy"]:
                yield error("data", run["path"], f"was trained on other images than data/{name} holds; {AGAIN}")


def extractors(folder: Folder) -> Iterator[Finding]:
    """All FIDs of a data set are distances between features of one network."""
    for name, path in folder.references().items():
        usual = read_origin(path)
        if usual.get("data_sha256") != folder.data(name)["sha256"]["train.npy"]:
            yield error("extractor", folder.name(path), f"was made from other images than data/{name} holds; {AGAIN}")
        for run in (run for run in folder.runs if run["dataset"] == name):
            for file in folder.metric_files(run):
                origin = read_origin(file)
                if "extractor" in origin and any(origin.get(key) != usual.get(key) for key in NETWORK):
                    theirs, ours = (
                        f"{o.get('extractor')} {str(o.get('weights_sha256'))[:12]}" for o in (origin, usual)
                    )
                    yield error("extractor", folder.name(file), f"is of {theirs}, the real images of {ours}; {AGAIN}")


def _by_dataset(folder: Folder) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for run in folder.trained:
        found.setdefault(run["dataset"], []).append(run)
    return found


def _cells(runs: list[dict[str, Any]]) -> dict[tuple[str, str], list[str]]:
    found: dict[tuple[str, str], list[str]] = {}
    for run in runs:
        found.setdefault((run["dataset"], run["variant"]), []).append(run["path"])
    return found
