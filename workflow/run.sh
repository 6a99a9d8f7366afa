#!/usr/bin/env bash
# Runs Snakemake with the arguments given. On a terminal it shows how far the jobs are, and Snakemake's own words go to a file.
set -euo pipefail

if [ ! -t 1 ]; then
    exec snakemake "$@"
fi
results=results
if [[ "$*" =~ preset=([a-z0-9_-]+) && "${BASH_REMATCH[1]}" != paper ]]; then
    results=results/${BASH_REMATCH[1]}
fi
log=$results/logs/snakemake.log
mkdir -p "$results/logs"
echo "Snakemake writes to $log; Ctrl-C stops it, and the same command goes on from there."
python -m bench.watch "$results" --pid $$ &
status=0
snakemake "$@" > "$log" 2>&1 || status=$?
kill $! 2> /dev/null || true
wait $! || true
if [ "$status" != 0 ]; then
    tail -n 15 "$log" >&2
    echo "Snakemake failed; all it said is in $log" >&2
fi
exit "$status"
