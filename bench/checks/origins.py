"""Does every number come from where it says, and do the numbers of a cell come from one place?"""

from collections.abc import Iterator
from typing import Any

from bench.checks.folder import AGAIN, Finding, Folder, error, listed, warning
from bench.job.source import UNKNOWN
from bench.records.files import SEALED, read_origin, sha256
from bench.records.gather import REFERENCE

ORIGIN = ("step", "commit", "code", "dirty")
MACHINE = ("device", "device_name", "torch", "tf32")
NETWORK = ("extractor", "weights_sha256")
OF_NETWORK = ("generate", REFERENCE)  # the steps whose numbers are distances between a network's features
IMAGES = ("train.npy", "test.npy")


def complete(folder: Folder) -> Iterator[Finding]:
    """What every job of the plan writes is there, but for the table that this check is about to write."""
    jobs = [job for job in folder.plan["jobs"] if job["rule"] != "check"]
    promised = [folder.root / path for job in jobs for path in job["outputs"]]
    absent = [path for path in promised if not path.is_file()]
    for path in absent:
        if path.suffix not in SEALED:
            text = "is missing although the plan promises it; run the workflow again"
            yield error("complete", folder.name(path), text)
    # An archive leaves them behind.
    if names := [folder.name(path) for path in absent if path.suffix in SEALED]:
        text = f"{len(names)} files of arrays and weights are not here: their digests were not compared"
        yield warning("complete", listed(names, 3), text)


def readable(folder: Folder) -> Iterator[Finding]:
    """Every file can be read and is of its kind."""
    reasons: dict[str, list[str]] = {}
    for path, why in folder.broken.items():
        reasons.setdefault(why, []).append(folder.name(path))
    for why, files in reasons.items():
        yield error("readable", listed(files), f"cannot be read ({why}); {AGAIN}")


def origins(folder: Folder) -> Iterator[Finding]:
    """Every table of numbers was made for the run it lies in, as the plan has it."""
    for run in (run for run in folder.runs if folder.spec(run)):
        digest, made = folder.spec(run).digest, folder.provenance.get(run["path"])
        if made and made["spec_sha256"] != digest:
            text = f"was trained as specified by {made['spec_sha256'][:12]}, the plan's is {digest[:12]}; {AGAIN}"
            yield error("origin", run["path"], text)
        faults: dict[str, list[str]] = {}
        for step, path in folder.steps(run).items():
            if fault := _fault(read_origin(path), step, digest):
                faults.setdefault(fault, []).append(folder.name(path))
        yield from (error("origin", listed(files), fault) for fault, files in faults.items())
    for _, path in folder.references():
        if fault := _fault(read_origin(path), REFERENCE, None):
            yield error("origin", folder.name(path), fault)


def _fault(origin: dict[str, Any], step: str, digest: str | None) -> str:
    """Return what is wrong with the origin of a step's table of a run with this specification."""
    if lacking := [key for key in (*ORIGIN, *(NETWORK if step in OF_NETWORK else ())) if key not in origin]:
        return f"does not say where it comes from: no {listed(lacking)}; {AGAIN}"
    if origin["step"] != step or origin.get("spec_sha256") != digest:
        made = f"{origin['step']} of specification {str(origin.get('spec_sha256'))[:12]}"
        return f"was made for another run ({made}); {AGAIN}"
    return ""


def batches(folder: Folder) -> Iterator[Finding]:
    """The seeds of a cell come from one version of the code: that of each of its steps."""
    for (dataset, variant), paths in _cells(folder.runs).items():
        versions: dict[str, dict[str, str]] = {}
        for run in (run for run in folder.runs if run["path"] in paths):
            for step, origin in _made(folder, run).items():
                versions.setdefault(step, {})[origin["code"]] = origin["commit"][:12]
        for step, commits_of in versions.items():
            if len(commits_of) > 1:
                text = (
                    f"{step}: its seeds were made by different code, at commits {listed(commits_of.values())}; {AGAIN}"
                )
                yield error("origin", f"runs/{dataset}/{variant}", text)


def _made(folder: Folder, run: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return where a run's numbers come from by step, those that say so; `train` is the step of its provenance."""
    origins_of = {step: read_origin(path) for step, path in folder.steps(run).items()}
    if run["path"] in folder.provenance:
        origins_of["train"] = folder.provenance[run["path"]] | {"step": "train"}
    return {step: origin for step, origin in origins_of.items() if set(ORIGIN) <= set(origin)}


def commits(folder: Folder) -> Iterator[Finding]:
    """What is compared was made by the same code, and at a commit that exists."""
    loose, unknown = [], {}
    for name in folder.datasets:
        versions: dict[tuple[str, str], dict[str, str]] = {}
        for run in (run for run in folder.runs if run["dataset"] == name):
            for step, origin in _made(folder, run).items():
                versions.setdefault((step, run["model"]), {})[origin["code"]] = origin["commit"][:12]
                if origin["dirty"]:
                    loose.append(f"{run['path']} {step}")
                if origin["commit"].startswith(UNKNOWN):
                    unknown.setdefault(origin["commit"], []).append(f"{run['path']} {step}")
        for (step, model), commits_of in versions.items():
            if len(commits_of) > 1:
                text = f"{step} of its {model} models was done by different code: commits {listed(commits_of.values())}"
                yield warning("commit", name, text)
    if loose:
        text = f"{len(loose)} tables were made with changes that no commit holds; commit, run again before you publish"
        yield warning("commit", listed(loose, 3), text)
    for why, tables in unknown.items():
        yield warning("commit", listed(tables, 3), f"the commit of {len(tables)} tables is {why}")


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
        mixed = [variant for variant, used in ways.items() if len(used) > 1]
        if mixed:
            text = f"seeds were run in different ways: {listed(sorted(ways[mixed[0]]))}; numbers agree up to rounding"
            yield warning("machine", f"{name}: {listed(mixed)}", text)


def data(folder: Folder) -> Iterator[Finding]:
    """All runs of a data set saw the images that lie there."""
    for name, runs in _by_dataset(folder).items():
        if name not in folder.records:
            continue  # found by `complete` or `readable`
        record = folder.records[name]["sha256"]
        for file in IMAGES:
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
        if not usual:
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
    groups: dict[str, list[dict[str, Any]]] = {}
    for run in folder.trained:
        groups.setdefault(run["dataset"], []).append(run)
    return groups


def _cells(runs: list[dict[str, Any]]) -> dict[tuple[str, str], list[str]]:
    cells: dict[tuple[str, str], list[str]] = {}
    for run in runs:
        cells.setdefault((run["dataset"], run["variant"]), []).append(run["path"])
    return cells
