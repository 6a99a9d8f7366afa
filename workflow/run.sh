#!/usr/bin/env bash
# Runs Snakemake with the arguments given: that of .venv, if there is one. On a terminal a view of the jobs (workflow/view.py)
# takes the place of its own words, which are shown at the end if no job began (a dry-run, a mistake, --help).
# MINUTES=9 in the environment: it ends after so long, keeps everything and makes the tables of what there is; the same
# command goes on.
set -euo pipefail

here=$(cd "$(dirname "$0")/.." && pwd)
if [ -x "$here/.venv/bin/python" ]; then
    export PATH=$here/.venv/bin:$PATH
    snakemake() { python -m snakemake "$@"; } # in a folder that was moved the script would still ask for its old place
fi
# Snakemake keeps copies of sources in the user's cache and does not start where that cannot be written.
if ! mkdir -p "${XDG_CACHE_HOME:-${HOME:-/nonexistent}/.cache}" 2> /dev/null; then
    export XDG_CACHE_HOME=$PWD/.snakemake/cache
fi

run() {
    if [ ! -t 1 ]; then
        snakemake "$@"
        return
    fi
    mkdir -p .snakemake
    words=$(mktemp .snakemake/words.XXXXXX)
    trap 'rm -f "$words"' EXIT
    local status=0
    BENCH_TERMINAL=3 BENCH_LOG=$words snakemake "$@" 3>&1 > "$words" 2>&1 || status=$?
    if [ -e "$words" ]; then # no job began, or the view would have moved it
        cat "$words"
    elif [ "$status" != 0 ]; then
        tail -n 15 results/snakemake.log >&2
        echo "Snakemake failed; all it said is in results/snakemake.log" >&2
    fi
    return "$status"
}

if [ -z "${MINUTES:-}" ]; then
    run "$@"
    exit
fi
set -m # a process group of its own, which is interrupted without make and whoever else waits for this
run "$@" &
suite=$!
{ sleep "${MINUTES}m" && kill -INT -- "-$suite"; } 2> /dev/null &
timer=$!
trap 'kill -INT -- "-$suite"' INT TERM
status=0
while kill -0 "$suite" 2> /dev/null; do # a signal ends the waiting, not the suite
    status=0
    wait "$suite" || status=$?
done
if kill -- "-$timer" 2> /dev/null; then # it ended before its time
    exit "$status"
fi
echo "$MINUTES minutes are over: making the tables of what there is. The same command goes on."
BENCH_SO_FAR=1 run "$@"
