"""tables.md as a page that stands alone, for the workflow's report; in: Markdown, out: HTML."""

from markdown_it import MarkdownIt

STYLE = """\
body { font: 15px/1.5 sans-serif; margin: 2em; max-width: 70em; }
table { border-collapse: collapse; display: block; overflow-x: auto; }
th, td { border: 1px solid #ccc; padding: 0.2em 0.6em; text-align: left; white-space: nowrap; }
th { background: #f2f2f2; }"""
PAGE = """\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>{title}</title>
<style>
{style}
</style>
{body}</html>
"""


def page(title: str, markdown: str) -> str:
    """Return a page without links: they lead to files beside tables.md, which the report does not hold."""
    reader = MarkdownIt("commonmark").enable("table")
    for part in ("link_open", "link_close"):
        reader.add_render_rule(part, _nothing)
    return PAGE.format(title=title, style=STYLE, body=reader.render(markdown))


def _nothing(*_: object) -> str:
    return ""
