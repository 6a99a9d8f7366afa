"""Markdown pages as one page of HTML that stands alone: figures inside, tables that sort; in: Markdown, out: HTML."""

import re
from base64 import b64encode
from pathlib import Path
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token

STYLE = """\
:root { color-scheme: light dark; --line: light-dark(#d4d4d8, #3f3f46); --head: light-dark(#f4f4f5, #27272a);
  --link: light-dark(#0b57a4, #8ab4f8); }
body { font: 16px/1.55 system-ui, sans-serif; margin: 0 auto; max-width: 72rem; padding: 0 1rem 4rem; }
nav { display: flex; flex-wrap: wrap; gap: .2rem 1rem; padding: .6rem 0; border-bottom: 1px solid var(--line);
  position: sticky; top: 0; background: Canvas; z-index: 1; }
a { color: var(--link); }
h1, h2, h3 { line-height: 1.25; scroll-margin-top: 5rem; }
section + section { border-top: 3px solid var(--line); margin-top: 3rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: .9rem; }
th, td { border-bottom: 1px solid var(--line); padding: .25rem .6rem; text-align: left; white-space: nowrap; }
thead th { background: var(--head); cursor: pointer; }
th[aria-sort=ascending]::after { content: " \\2191"; }
th[aria-sort=descending]::after { content: " \\2193"; }
img { background: #fff; cursor: zoom-in; max-width: 100%; }
dialog { border: 0; max-width: 98vw; max-height: 96vh; overflow: auto; padding: 0; }
dialog img { cursor: zoom-out; display: block; max-width: none; }
@media (max-width: 40rem) { nav { position: static; } body { font-size: 15px; } }"""
# A column sorts by the number that its cells begin with, else by their text; a second click turns it round.
SCRIPT = """\
const key = (row, n) => { const text = row.cells[n].innerText.trim(), number = parseFloat(text.replace(/,/g, ""));
  return Number.isNaN(number) ? text : number; };
const compare = (a, b) => typeof a === typeof b ? (a < b ? -1 : a > b ? 1 : 0) : typeof a === "number" ? -1 : 1;
document.addEventListener("click", ({ target }) => {
  const head = target.closest("thead th");
  if (head) {
    const up = head.getAttribute("aria-sort") !== "ascending", body = head.closest("table").tBodies[0];
    if ([...body.rows].some(row => !row.cells[0].innerText.trim())) return;  // a row there goes on with the one above
    for (const other of head.parentNode.cells) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", up ? "ascending" : "descending");
    const rows = [...body.rows].sort((a, b) => compare(key(a, head.cellIndex), key(b, head.cellIndex)));
    body.append(...(up ? rows : rows.reverse()));
  }
  const large = document.querySelector("dialog");
  if (large.open) large.close();
  else if (target.matches("img")) {
    large.replaceChildren(target.cloneNode());
    large.showModal();
  }
});"""
PAGE = """\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
{style}
</style>
<nav>{links}</nav>
<main>
{body}</main>
<dialog aria-label="A figure, enlarged"></dialog>
<script>
{script}
</script>
</html>
"""


def whole(title: str, texts: dict[str, str], folder: Path) -> str:
    """Return Markdown pages, by name, as sections of one page; figures are read below `folder`.

    Links between the pages, and to the figures, lead inside the page; those to other files are left out, since the page
    may be sent alone.
    """
    reader = MarkdownIt("commonmark").enable("table")
    body = "".join(
        f'<section id="{name}">\n{_section(reader, name, text, texts, folder)}</section>\n'
        for name, text in texts.items()
    )
    links = "".join(f'<a href="#{name}">{heading_of(text)}</a>' for name, text in texts.items())
    return PAGE.format(title=title, style=STYLE, links=links, body=body, script=SCRIPT)


def heading_of(text: str) -> str:
    """Return the first heading of a page."""
    return re.search(r"^# (.*)$", text, re.MULTILINE)[1].replace("`", "")


def anchor(heading: str) -> str:
    """Return the name under which a heading is found, as on the pages themselves."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


def _section(reader: MarkdownIt, name: str, text: str, names: Any, folder: Path) -> str:
    tokens = reader.parse(text)
    for place, token in enumerate(tokens):
        if token.type == "heading_open":
            token.attrSet("id", f"{name}-{anchor(tokens[place + 1].content)}")
        token.children = [*_inline(token.children or [], names, folder)] or token.children
    html = reader.renderer.render(tokens, reader.options, {})
    return html.replace("<table>", '<div class="wide"><table>').replace("</table>", "</table></div>")


def _inline(tokens: list[Token], names: Any, folder: Path) -> Any:
    """Yield the tokens of a line with images inside and links that lead inside the page, or without them."""
    inside = True
    for token in tokens:
        if token.type == "image":
            token.attrSet("src", _data(folder / token.attrGet("src")))
        if token.type == "link_open":
            target = _target(token.attrGet("href"), names)
            inside = bool(target)
            token.attrSet("href", target)
        if token.type not in ("link_open", "link_close") or inside:
            yield token


def _target(link: str, names: Any) -> str:
    page, _, place = link.partition("#")
    name = page.removesuffix(".md")
    if page.endswith(".md") and name in names:
        return f"#{name}-{place}" if place else f"#{name}"
    return ""


def _data(path: Path) -> str:
    return f"data:image/png;base64,{b64encode(path.read_bytes()).decode()}"
