#!/usr/bin/env bash
# Runs Snakemake with the arguments given: that of .venv, if there is one. On a terminal a view of the jobs (workflow/view.py)
# takes the place of its own words, which are shown at the end if no job began (a dry-run, a mistake, --help).
set -euo pipefail

here=$(cd "$(dirname "$0")/.." && pwd)
if [ -x "$here/.venv/bin/snakemake" ]; then
    export PATH=$here/.venv/bin:$PATH
fi
# Snakemake keeps copies of sources in the user's cache and does not start where that cannot be written.
if ! mkdir -p "${XDG_CACHE_HOME:-${HOME:-/nonexistent}/.cache}" 2> /dev/null; then
    export XDG_CACHE_HOME=$PWD/.snakemake/cache
fi
if [ ! -t 1 ]; then
    exec snakemake "$@"
fi
mkdir -p .snakemake
log=$(mktemp .snakemake/words.XXXXXX)
trap 'rm -f "$log"' EXIT
status=0
BENCH_TERMINAL=3 BENCH_LOG=$log snakemake "$@" 3>&1 > "$log" 2>&1 || status=$?
if [ ! -e "$log" ]; then # the view moved it: jobs ran
    log=results/snakemake.log
    if [ "$status" != 0 ]; then
        tail -n 15 "$log" >&2
        echo "Snakemake failed; all it said is in $log" >&2
    fi
else
    cat "$log"
fi
exit "$status"
