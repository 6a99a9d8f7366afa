"""Rule `front_page`: results/tables.md over all presets; in: what each of them left, out: the page."""

from pathlib import Path

from bench.records.files import writing
from bench.report.front import front_page


def main(*, page: Path) -> None:
    with writing(page) as temporary:
        temporary.write_text(front_page(page.parent), encoding="utf-8")
