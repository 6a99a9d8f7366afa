"""Rule `index`: all pages of a preset as one that stands alone; in: the pages and figures beside, out: index.html."""

from pathlib import Path

from bench.records.files import writing
from bench.report.page import whole


def main(*, pages: Path, page: Path, names: list[str], preset: str) -> None:
    texts = {name: (pages / f"{name}.md").read_text(encoding="utf-8") for name in names}
    with writing(page) as temporary:
        temporary.write_text(whole(f"IRMAE, run again: {preset}", texts, pages), encoding="utf-8")
