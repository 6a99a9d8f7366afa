"""Rule `front_page`: results/tables.md over all presets; in: what each of them left, the plan of one of them, out: the
page.
"""

from pathlib import Path

from bench.records.files import read_json, writing
from bench.report.front import front_page


def main(*, plan: Path, page: Path) -> None:
    with writing(page) as temporary:
        temporary.write_text(front_page(page.parent, read_json(plan)), encoding="utf-8")
