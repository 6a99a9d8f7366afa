"""Does every number come from where it says, and do the numbers of a cell come from one place?"""

from collections.abc import Iterator
from typing import Any

from bench.aggregate import REFERENCE_STEPS
from bench.checks.folder import AGAIN, Finding, Folder, error, listed, warning
from bench.records.files import read_origin, sha256
from bench.records.origin import UNKNOWN

ORIGIN = ("step", "commit", "tree", "dirty")
SPEC = ("dataset", "variant", "model", "options", "seeds")
MACHINE = ("device", "device_name", "torch", "tf32")
RUN_FILES = ("spec.json", "model.safetensors", "history.csv", "provenance.json")
NETWORK = ("extractor", "weights_sha256")
OF_NETWORK = ("fid", "fid_reference")  # the steps whose numbers are distances between a network's features
DATA_FILES = ("data.json", "train.npy", "test.npy")


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
    promised += [folder.root / "data" / name / f"{s}.csv" for name in folder.plan["datasets"] for s in REFERENCE_STEPS]
    promised += [folder.root / "data" / name / file for name in folder.datasets for file in DATA_FILES]
    for path in promised:
        if not path.is_file():
            yield error(
                "complete",
                folder.name(path),
                "is missing although the plan promises it; run the workflow again",
            )


def readable(folder: Folder) -> Iterator[Finding]:
    """Every file can be read and is of its kind."""
    reasons: dict[str, list[str]] = {}
    for path, why in folder.broken.items():
        reasons.setdefault(why, []).append(folder.name(path))
    for why, files in reasons.items():
        yield error("readable", listed(files), f"cannot be read ({why}); {AGAIN}")


def origins(folder: Folder) -> Iterator[Finding]:
    """Every table of numbers was made for the run it lies in, by the code that trained the run."""
    for run in folder.runs:
        spec = folder.root / run["path"] / "spec.json"
        digest = sha256(spec) if spec.is_file() else None
        own, known = folder.content.get(spec, {}), folder.provenance.get(run["path"], {})
        if known and known["spec_sha256"] != digest:
            yield error("origin", run["path"], f"was trained with another specification than its spec.json; {AGAIN}")
        if other := [key for key in SPEC if key in own and own[key] != run[key]]:
            values = f"{own[other[0]]}, the plan says {run[other[0]]}"
            yield error("origin", folder.name(spec), f"{other[0]} is {values}; {AGAIN}")
        faults: dict[str, list[str]] = {}
        for path in folder.metric_files(run):
            if fault := _fault(read_origin(path), path.stem, digest, known):
                faults.setdefault(fault, []).append(folder.name(path))
        yield from (error("origin", listed(files), fault) for fault, files in faults.items())
    for _, path in folder.references():
        if fault := _fault(read_origin(path), path.stem, None, {}):
            yield error("origin", folder.name(path), fault)


def _fault(origin: dict[str, Any], step: str, digest: str | None, known: dict[str, Any]) -> str:
    """Return what is wrong with the origin of a table of a run with this specification and provenance."""
    if lacking := [key for key in (*ORIGIN, *(NETWORK if step in OF_NETWORK else ())) if key not in origin]:
        return f"does not say where it comes from: no {listed(lacking)}; {AGAIN}"
    if origin["step"] != step or origin.get("spec_sha256") != digest:
        made = f"{origin['step']} of specification {str(origin.get('spec_sha256'))[:12]}"
        return f"was made for another run ({made}); {AGAIN}"
    if known and origin["tree"] != known["tree"]:
        made = f"{origin['commit'][:12]}, its run was trained at {known['commit'][:12]}, which has another bench/"
        return f"was made at commit {made}: one cell mixes both; delete the older, run again"
    return ""


def batches(folder: Folder) -> Iterator[Finding]:
    """The seeds of a cell come from one version of the code."""
    for (dataset, variant), paths in _cells(folder.runs).items():
        made = {path: _made(folder, path) for path in paths}
        found = {code["tree"]: code["commit"][:12] for code in made.values() if code}
        if len(found) > 1:
            text = f"its seeds were made at commits with different bench/: {listed(found.values())}; {AGAIN}"
            yield error("origin", f"runs/{dataset}/{variant}", text)


def _made(folder: Folder, path: str) -> dict[str, Any]:
    """Return a run's provenance or, as the supervised one keeps none, the origin of its table."""
    if path in folder.provenance:
        return folder.provenance[path]
    run = next(run for run in folder.runs if run["path"] == path)
    found = (read_origin(file) for file in folder.metric_files(run))
    return next((origin for origin in found if set(ORIGIN) <= set(origin)), {})


def commits(folder: Folder) -> Iterator[Finding]:
    """What is compared comes from one commit, and from a commit that exists."""
    loose = []
    for name in folder.datasets:
        runs = [run for run in folder.runs if run["dataset"] == name]
        files = [path for run in runs for path in folder.metric_files(run)]
        files += [path for dataset, path in folder.references() if dataset == name]
        made = {run["path"]: folder.provenance[run["path"]] for run in runs if run["path"] in folder.provenance}
        made |= {folder.name(path): read_origin(path) for path in files}
        made = {where: origin for where, origin in made.items() if set(ORIGIN[1:]) <= set(origin)}
        found = dict.fromkeys(origin["commit"][:12] for origin in made.values())
        if len(found) > 1:
            yield warning("commit", name, f"its numbers were made at {len(found)} commits: {listed(found)}")
        loose += [where for where, origin in made.items() if origin["dirty"] or origin["commit"] == UNKNOWN]
    if loose:
        text = f"{len(loose)} files were made with changes that no commit holds; commit, run again before you publish"
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
        if name not in folder.records:
            continue  # found by `complete` or `readable`
        record = folder.records[name]["sha256"]
        for file in DATA_FILES[1:]:
            path = folder.root / "data" / name / file
            if path.is_file() and sha256(path) != record.get(file):
                yield error(
                    "data",
                    folder.name(path),
                    "is not the file that data.json vouches for; delete the folder and run again",
                )
        for run in runs:
            if folder.provenance[run["path"]]["data_sha256"] != record.get("train.npy"):
                yield error("data", run["path"], f"was trained on other images than data/{name} holds; {AGAIN}")
    for name, path in folder.references():
        made, record = read_origin(path), folder.records.get(name)
        if made and record and made.get("data_sha256") != record["sha256"].get("train.npy"):
            yield error("data", folder.name(path), f"was made from other images than data/{name} holds; {AGAIN}")


def extractors(folder: Folder) -> Iterator[Finding]:
    """All FIDs of a data set are distances between features of one network."""
    for name, path in folder.references():
        usual = read_origin(path)
        if path.stem not in OF_NETWORK or not usual:
            continue  # found by `origins`
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
