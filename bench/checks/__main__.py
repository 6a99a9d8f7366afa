"""`python -m bench.checks results/quick`: a finished results folder under a hostile reviewer's eye.

Prints one line per finding and exits with 1 if one is an error: a number that cannot be trusted.
"""

import argparse
import sys
from pathlib import Path

from bench.checks.every import check, lines
from bench.checks.folder import Folder
from bench.job.command import execute


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("results", type=Path)
    folder = Folder(parser.parse_args().results)
    findings = check(folder)
    print(*lines(folder, findings), sep="\n")
    sys.exit(any(finding.severity == "error" for finding in findings))


if __name__ == "__main__":
    execute("checks", main)
