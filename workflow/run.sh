#!/usr/bin/env bash
# Runs Snakemake with the arguments given.
set -euo pipefail

exec snakemake "$@"
