"""Which file stands where, and which may import which: the order of docs and design, held by the source itself."""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from workflow.sources import closure, imports

ROOT = Path(__file__).parents[1]
# A room imports those of the floors below it, and itself.
FLOORS = (
    ("job",),
    ("records",),
    ("models/base", "datasets/base"),
    ("models", "datasets"),
    ("engine",),
    ("measures/base",),
    ("measures",),
    ("linear", "verdicts"),
    ("report",),
    ("checks",),
    ("watch", "archive"),
    ("rules",),
)
FLOOR = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}
PARTS = {"report/figures": "report"}
# What stands in these knows nothing of its neighbours.
APART = ("rules", "models", "datasets", "measures")
FILES = sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "bench").rglob("*.py"))
LAYOUTS = "bench/datasets/base/raw.py"
RULES = [path for path in FILES if path.count("/") == 1 and path != "bench/__init__.py"]


def room(path: str) -> str:
    folder = path.removeprefix("bench/").rpartition("/")[0]
    return PARTS.get(folder, folder) or "rules"


def tree(path: str) -> ast.Module:
    return ast.parse((ROOT / path).read_text(encoding="utf-8"))


def imported(path: str) -> Iterator[str]:
    """Yield the files that a file imports, but for packages themselves."""
    yield from (other for other in sorted(imports(ROOT, path)) if not other.endswith("/__init__.py"))


def test_a_file_directly_in_bench_is_a_rule_of_the_workflow_and_every_rule_with_a_job_is_one():
    text = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "workflow" / "rules").glob("*.smk"))
    bodies = re.findall(r"^rule (\w+):\n((?:[ \n].*\n|\n)*)", text, re.MULTILINE)
    assert {f"bench/{name}.py" for name, body in bodies if "    shell:\n" in body} == set(RULES)
    assert len(RULES) > 10


@pytest.mark.parametrize("path", RULES)
def test_a_rule_says_what_it_is_and_takes_annotated_keyword_arguments(path):
    module = tree(path)
    assert ast.get_docstring(module).startswith(f"Rule `{Path(path).stem}`: ")
    (main,) = (node for node in module.body if isinstance(node, ast.FunctionDef) and node.name == "main")
    assert not main.args.args and not main.args.posonlyargs and not main.args.vararg and not main.args.kwarg
    assert all(argument.annotation for argument in main.args.kwonlyargs)
    assert not any(main.args.kw_defaults)  # every argument is in the workflow's rule
    assert not re.search(r"argparse|sys\.argv|__main__", (ROOT / path).read_text(encoding="utf-8"))


def test_every_folder_is_a_room_with_a_floor():
    assert {room(path) for path in FILES} == set(FLOOR)


def test_imports_run_down_the_floors():
    wrong = [
        f"{path} imports {other}"
        for path in FILES
        for other in imported(path)
        if room(other) != room(path) and FLOOR[room(other)] >= FLOOR[room(path)]
    ]
    assert wrong == []


def test_rules_models_data_sets_and_measures_import_none_of_their_kind():
    same = [f"{path} imports {other}" for path in FILES for other in imported(path) if room(path) == room(other)]
    assert [line for line in same if room(line.partition(" ")[0]) in APART] == []


def modules(path: str) -> set[str]:
    """Return the first parts of the names of all that a file imports."""
    nodes = [node for node in ast.walk(tree(path)) if isinstance(node, ast.Import | ast.ImportFrom)]
    names = [node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)]
    names += [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    return {name.split(".")[0] for name in names}


def test_numbers_know_nothing_of_the_graph_nor_of_the_config():
    """What a rule needs of the config is in its settings."""
    for path in FILES:
        assert not modules(path) & {"workflow", "snakemake", "tests", "benchmarks"}, path
        documented = (ast.Module, ast.ClassDef, ast.FunctionDef)
        nodes = list(ast.walk(tree(path)))
        texts = [node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]
        about = [ast.get_docstring(node, clean=False) for node in nodes if isinstance(node, documented)]
        assert not [text for text in texts if "config/" in text and text not in about], path
        joined = [node.right for node in nodes if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div)]
        assert not [node for node in joined if isinstance(node, ast.Constant) and node.value == "config"], path


def test_the_graph_knows_nothing_of_the_numbers():
    """But the doctor asks where raw data may lie, of a file that needs no installation."""
    asked = set()
    for path in (ROOT / "workflow").rglob("*.py"):
        asked |= {(path.name, other) for other in imported(path.relative_to(ROOT).as_posix())}
    assert asked == {("doctor.py", LAYOUTS)}
    assert modules(LAYOUTS) <= sys.stdlib_module_names
    for path in [ROOT / "Snakefile", *(ROOT / "workflow" / "rules").glob("*.smk")]:
        assert not re.search(r"^\s*(import|from) bench\b", path.read_text(encoding="utf-8"), re.MULTILINE), path


@pytest.mark.parametrize("path", [path for path in FILES if room(path) in APART])
def test_what_surrounds_a_job_is_code_of_no_rule(path):
    """Editing it reruns nothing and leaves checkpoints valid."""
    files = closure(ROOT, path)
    assert path in files
    assert not [file for file in files if file.startswith("bench/job/")]
