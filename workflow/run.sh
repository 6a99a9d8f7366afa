#!/usr/bin/env bash
# Runs Snakemake with the arguments given: one at a time in this folder, and again after one was killed.
set -euo pipefail

# The lock lives as long as Snakemake, which inherits the file and does not hand it on to its jobs.
mkdir -p .snakemake
exec 9> .snakemake/one-at-a-time
if command -v flock > /dev/null && ! flock --nonblock 9; then
    echo "another run is going on in $PWD: wait for it or stop it" >&2
    exit 1
fi
# So whatever Snakemake itself still holds locked was left by one that was killed.
if [ -n "$(ls -A .snakemake/locks 2> /dev/null)" ]; then
    snakemake --quiet all --unlock "$@"
fi
exec snakemake "$@"
