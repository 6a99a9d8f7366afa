#!/usr/bin/env bash
# Runs Snakemake with the arguments given. On a terminal a view of the jobs (workflow/view.py) takes the place of its own words.
set -euo pipefail

if [ ! -t 1 ]; then
    exec snakemake "$@"
fi
log=results/snakemake.log
mkdir -p results
echo "Snakemake writes to $log; Ctrl-C stops it, and the same command goes on from there."
status=0
BENCH_TERMINAL=3 snakemake "$@" 3>&1 > "$log" 2>&1 || status=$?
if [ "$status" != 0 ]; then
    tail -n 15 "$log" >&2
    echo "Snakemake failed; all it said is in $log" >&2
fi
exit "$status"
