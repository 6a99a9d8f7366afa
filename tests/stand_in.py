"""A stand-in for Python that only makes the files its flags name, so that a whole graph takes seconds."""

from checkout import Checkout

SMOKE = ("--config", "preset=smoke")
STAND_IN = r"""#!/usr/bin/env bash
# Called as `python -m bench.RULE --FLAG VALUE ...`.
set -euo pipefail
while [ -e slow ]; do sleep 0.1; done
rule=${2#bench.}
shift 2
make() { for file in "$@"; do mkdir -p "$(dirname "$file")"; echo "$rule" > "$file"; done; }
while [ $# -gt 0 ]; do
    case "$rule $1" in
        "fetch --out") make "$2"/{train,test}{,_labels}.npy; echo '{"shape": [1, 32, 32]}' > "$2/data.json" ;;
        "linear_rank --out") make "$2"/{metrics,trajectories,summary}.csv ;;
        "encode --out") make "$2"/{train,test}.npy ;;
        "aggregate --tables") make "$2"/{metrics,alternatives,studies,history,runs,jobs}.csv ;;
        "judge --results") make "$2"/tables/{claims,cells,sensitivity,variance,family,ranking}.csv ;;
        "figure --out") make "$2".{png,pdf} ;;
        "tables --out")
            make "${2%.md}"{.md,.html,/{table_{1,2},ablations,spectra,reconstruction,interpolation,cost}.csv} ;;
        "train --model" | *" --out" | *" --metrics" | *" --history" | *" --provenance" | *" --gaussian" | *" --gmm")
            make "$2" ;;
    esac
    shift
done
"""


def put_stand_in(checkout: Checkout) -> None:
    """Let the jobs of a checkout run with the stand-in."""
    stand_in = checkout.folder / "bin/python"
    stand_in.write_text(STAND_IN, encoding="utf-8")
    stand_in.chmod(0o755)
