"""Reading Markdown pages in tests."""


def section(text: str, heading: str) -> str:
    """Return the part of a page under a heading, up to the next of its level."""
    rest = text.split(f"\n{heading}", 1)[1]
    return rest.split(f"\n{heading.split()[0]} ", 1)[0]


def row(part: str, name: str) -> list[str]:
    """Return the cells of the first table row with that name."""
    line = next(line for line in part.splitlines() if line.startswith(f"| {name} "))
    return [cell.strip() for cell in line.strip("|").split("|")][1:]


def words(part: str) -> str:
    """Return a text without its line breaks."""
    return " ".join(part.split())
