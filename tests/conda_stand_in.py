"""A stand-in for conda: it answers what Snakemake asks, and an environment of it is this interpreter.

It shows what Snakemake does with environment.yml, not that conda can build it.
"""

import stat
import sys
from pathlib import Path

# What Snakemake 9 calls: `snakemake/deployment/conda.py`.
CONDA = """#!/usr/bin/env bash
set -euo pipefail
base=$(cd "$(dirname "$0")/.." && pwd)
case "$*" in
    "info --json") echo "{\\"conda_prefix\\": \\"$base\\", \\"platform\\": \\"linux-64\\"}" ;;
    "--version") echo "conda 26.5.3" ;;
    "clean -y --tarballs") ;;
    "config --get channel_priority --json") echo '{"get": {"channel_priority": "strict"}}' ;;
    "env create --quiet --no-default-packages --file "*)
        [ "$7" = --prefix ]
        cp "$6" "$base/created.yml"
        echo "$8" >> "$base/created"
        mkdir -p "$8/bin"
        cp "$base/environment_python" "$8/bin/python" ;;
    *) echo "the stand-in for conda does not know: $*" >&2; exit 1 ;;
esac
"""
ACTIVATE = 'export CONDA_PREFIX="$1" PATH="$1/bin:$PATH"\n'
PYTHON = f"""#!/usr/bin/env bash
echo "$CONDA_PREFIX $PWD $PYTHONPATH $PYTHONNOUSERSITE" >> "{{base}}/called"
exec "{sys.executable}" "$@"
"""


def install(base: Path) -> Path:
    """Put the stand-in under a folder and return its `bin`.

    It keeps there `created` (a prefix per environment), `created.yml` (the file the last one is of) and `called` (per
    call of the environment's Python its prefix, folder, PYTHONPATH and PYTHONNOUSERSITE).
    """
    (base / "bin").mkdir(parents=True)
    (base / "bin/activate").write_text(ACTIVATE, encoding="utf-8")
    for name, text in {"bin/conda": CONDA, "environment_python": PYTHON.format(base=base)}.items():
        (base / name).write_text(text, encoding="utf-8")
        (base / name).chmod(stat.S_IRWXU)
    return base / "bin"
