"""Reading the source without running it: what a rule is made of, and a model's options."""

from pathlib import Path

from checkout import REPOSITORY

from workflow import sources


def write(root, path, content):
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(content, encoding="utf-8")


def test_the_closure_follows_imports_within_bench_only(tmp_path):
    write(tmp_path, "bench/__init__.py", "")
    write(tmp_path, "bench/a.py", "import json\nfrom bench.b import f\nfrom bench.job.log import g\n")
    write(tmp_path, "bench/job/__init__.py", "")
    write(tmp_path, "bench/job/log.py", "from bench.alone import h\n")  # what surrounds a job is no code of it
    write(tmp_path, "bench/b.py", "def f():\n    import bench.parts.c\n")
    write(tmp_path, "bench/parts/__init__.py", "")
    write(tmp_path, "bench/parts/c.py", "from bench import d\n")
    write(tmp_path, "bench/d.py", "from bench.a import x\n")  # a circle ends
    write(tmp_path, "bench/alone.py", "import numpy\n")
    parts = ["bench/parts/__init__.py", "bench/parts/c.py"]
    whole = ["bench/__init__.py", "bench/a.py", "bench/b.py", "bench/d.py", *parts]
    assert sources.closure(tmp_path, "bench/a.py") == whole
    assert sources.closure(tmp_path, "bench/alone.py") == ["bench/alone.py"]


def test_no_rule_but_those_of_a_model_depends_on_a_model():
    for path in (REPOSITORY / "bench").glob("*.py"):
        files = sources.closure(REPOSITORY, f"bench/{path.name}")
        assert {Path(file).name for file in files if Path(file).parent == Path("bench/models")} <= {"__init__.py"}


def test_options_are_the_keyword_only_arguments(tmp_path):
    source = "class Model:\n    def __init__(self, backbone, *, depth: int, beta: float = 0.1):\n        pass\n"
    write(tmp_path, "bench/models/m.py", source)
    options = sources.options(tmp_path, "bench/models/m.py", "Model.__init__")
    assert {name: option.required for name, option in options.items()} == {"depth": True, "beta": False}
    assert options["beta"].expects(1) is None
    assert options["depth"].expects("1") == "a value of type int"
