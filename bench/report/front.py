"""The front page over all presets; in: what each preset left (front.json, check.csv), out: results/tables.md."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from textwrap import fill
from typing import Any

from bench.records.files import read_json
from bench.records.tables import read_table
from bench.report.alone import Alone, read_alone
from bench.report.cells import item
from bench.report.left import COLUMNS, LABELS, LARGEST, ROWS, Left, read_left, size
from bench.report.overview import OTHER_PRESET, PRESETS
from bench.report.results import PAPERS_NETWORK
from bench.verdicts.outcomes import UNCLEAR

WIDTH = 138
TITLE = "# What are IRMAE's tables worth?"
NOTHING = "Nothing has run yet. `make quick` takes minutes, `make laptop` hours, `make paper` a GPU and days."
NO_PAPER = "No run at the paper's size exists, so the paper's numbers themselves are neither confirmed nor refuted"
CLAIMS = """\
Each line is a claim of the papers, tested on paired seeds: the means of both sides, how many seeds agree, and the
verdict after correction for the number of claims ([how](../docs/verdicts.md)). Ranks are compared at equal
reconstruction ("equal": of the first test images, which training looked at) or at the end of training ("end": of all
test images); they are effective ranks. These are the first questions of a reader; a line leads to all claims of its
kind. Ours are of `{}` unless another run is named; beside it, of the next smaller run, how many seeds agree and, where
they are others, the verdict and where ranks are compared. †: at the paper's own size and data, so it is a verdict on
the paper."""


def front_page(folder: Path, plan: dict[str, Any]) -> str:
    """Return results/tables.md; `plan` is that of the preset that is reported, whose claims and levels judge all."""
    presets = read_left(folder)
    if not presets:
        return f"{TITLE}\n\n{NOTHING}\n"
    parts = [
        TITLE,
        answer(presets),
        *_pictures(presets),
        "## The claims",
        CLAIMS.format(presets[0].preset),
        claims_table(presets[0], sorted([*presets, *read_alone(folder, plan, presets)], key=size)),
    ]
    parts += [*_table_1(presets), *_table_2(presets), "## What the check of each run says", _checks(folder, presets)]
    parts += ["## What ran", _ran(presets), *_unfinished(folder, presets)]
    return "\n\n".join(parts) + "\n"


def answer(presets: Sequence[Left]) -> str:
    """Return the answer to the title's question, as far as the largest run of each claim gives it."""
    asked = [question for question in presets[0].questions if "short" in question]
    said = [f"{question['short']}: {words}" for question in asked if (words := _outcomes(question, presets))]
    on_paper = any(claim["comparable"] for own in presets for claim in own.claims.values())
    end = "" if on_paper else f" {NO_PAPER}."
    size = f"`{presets[0].preset}`, {PRESETS.get(presets[0].preset, OTHER_PRESET).split(':')[0]}"
    return fill(f"**As far as has been run ({size}): {'; '.join(said)}.**{end}", WIDTH, break_on_hyphens=False)


def _outcomes(question: dict[str, Any], presets: Sequence[Left]) -> str:
    """Return what a question's claims came to: one word where all agree, else how many, or on which data."""
    largest = _largest(presets)
    ran = [largest[name] for name in question["claims"] if name in largest]
    by_outcome: dict[str, list[tuple[Left | Alone, dict[str, Any]]]] = {}
    for own, claim in ran:
        by_outcome.setdefault(claim["outcome"], []).append((own, claim))
    if len(by_outcome) == 1:
        return "".join(f"{outcome}{_though(outcome, claims)}" for outcome, claims in by_outcome.items())
    if len({claim["role"] for _, claim in ran}) == len(ran):
        return ", ".join(
            f"{outcome} on {_where(claims, presets[0])}{_though(outcome, claims)}"
            for outcome, claims in by_outcome.items()
        )
    return ", ".join(f"{outcome} in {len(claims)} of {len(ran)}" for outcome, claims in by_outcome.items())


def _where(claims: Sequence[tuple[Left | Alone, dict[str, Any]]], first: Left) -> str:
    """Return on which data claims were judged, and in which run where it is not the first."""
    return " and ".join(claim["role"] + ("" if own is first else f" (`{own.preset}`)") for own, claim in claims)


def _though(outcome: str, claims: Sequence[tuple[Left | Alone, dict[str, Any]]]) -> str:
    """Return what is to be added to claims that are unclear for want of seeds alone."""
    counts = [claim["seeds"].split(" of ") for _, claim in claims]
    return ", though all seeds agree" if outcome == UNCLEAR and all(a == b for a, b in counts) else ""


def _pictures(presets: Sequence[Left]) -> Iterator[str]:
    own = presets[0].preset
    yield f"![Rank against the variance explained, along training]({own}/figures/figure_trajectory.png)"
    yield f"![Figure 4: singular values of the codes]({own}/figures/figure_4.png)"


def claims_table(first: Left, ran: Sequence[Left | Alone]) -> str:
    """Return a line per claim under each question: the largest run, and what the next smaller one says.

    In: the preset that the page is of; all runs, the largest first.
    """
    lines = ["| claim | paper | ours | seeds that agree | verdict | next smaller run |", "|---|---|---|---|---|---|"]
    for question in first.questions:
        rows = [row for claim in question["claims"] if (row := _claim(claim, first, ran))]
        lines += [f"| **{question['asks']}** | | | | | |", *rows] if rows else []
    pages = {own["topic"]: run.page(own) for run, own in _largest(ran).values()}
    return "\n".join([*lines, "", *(f"[{topic}]: {page}" for topic, page in sorted(pages.items()))])


def _largest(ran: Sequence[Left | Alone]) -> dict[str, tuple[Left | Alone, dict[str, str]]]:
    """Return of every claim that ran the largest run, and the claim there."""
    return {name: (own, claim) for own in reversed(ran) for name, claim in own.claims.items()}


def _claim(claim: str, first: Left, ran: Sequence[Left | Alone]) -> str:
    if claim not in (largest := _largest(ran)):
        return ""
    run, own = largest[claim]
    verdict = own["outcome"] if own["outcome"] == UNCLEAR else f"**{own['outcome']}**"
    verdict += " †" if own["comparable"] else ""
    smaller = next((other for other in ran if other is not run and claim in other.claims), None)
    beside = f"{smaller.preset}: {_beside(smaller.claims[claim], own)}" if smaller else ""
    what = f"[{own['data'].split(' (')[0]}][{own['topic']}], {own['metric']}"
    ours = own["numbers"] if run is first else f"run `{run.preset}`: {own['numbers']}"
    return f"| {what}: {own['sides']} | {own['paper']} | {ours} | {own['seeds']} | {verdict} | {beside} |"


def _beside(smaller: dict[str, str], larger: dict[str, str]) -> str:
    """Return what a claim came to in a smaller run: how many seeds agree, and verdict and place if they are others."""
    verdict = "" if smaller["outcome"] == larger["outcome"] else f"{smaller['outcome']}, "
    place = "" if smaller["metric"] == larger["metric"] else f" ({smaller['metric'].split(', ')[-1]})"
    return f"{verdict}{smaller['seeds']}{place}"


def _table_1(presets: Sequence[Left]) -> Iterator[str]:
    yield "## Table 1: FID of samples from a Gaussian mixture"
    lines = [f"| | {' | '.join(COLUMNS.values())} |", f"|---|{'---|' * len(COLUMNS)}"]
    for title, theirs in presets[0].table_1.items():
        lines.append(_line(f"{title}, the paper ({PAPERS_NETWORK})", theirs["paper"]))
        own = next((preset for preset in presets if preset.table_1[title]["ours"]), None)
        if own:
            ours = own.table_1[title]
            lines.append(_line(f"{ours['data']}, `{own.preset}` ({ours['features']})", ours["ours"]))
    yield "\n".join(lines)
    yield "FIDs between the features of different networks cannot be compared: read ours along its row."


def _table_2(presets: Sequence[Left]) -> Iterator[str]:
    own = next((preset for preset in presets if preset.table_2["ours"]), None)
    yield "## Table 2: error in percent by number of labels"
    if own:
        ours = f"{own.table_2['data']}, `{own.preset}`; the classifiers are trained for {own.classifiers}"
        yield fill(f"The lowest test error of the epochs looked at, as in the released code. Ours: {ours}.", WIDTH)
    lines = [f"| | {' | '.join(f'{labels:,}' for labels in LABELS)} |", f"|---|{'---|' * len(LABELS)}"]
    for label in ROWS.values():
        lines.append(_line(f"{label}, the paper", presets[0].table_2["paper"][label]))
        if own:
            name, *cells = own.table_2["ours"][label]
            lines.append(_line(f"{name}, ours", cells))
    yield "\n".join(lines)


def _line(name: str, cells: Sequence[str]) -> str:
    return f"| {name} | {' | '.join(cells)} |"


def _checks(folder: Path, presets: Sequence[Left]) -> str:
    return "\n".join(line for preset in presets for line in _findings(folder / preset.preset, preset.preset))


def _findings(folder: Path, preset: str) -> Iterator[str]:
    """Yield how much the check found in a preset, and its errors and warnings in words."""
    findings = read_table(folder / "tables" / "check.csv")
    counts = findings["severity"].value_counts()
    numbers = ", ".join(f"{counts.get(name, 0)} {name}s" for name in ("error", "warning", "note"))
    yield f"- `{preset}`: {numbers} ([all](../{folder.name}/tables/check.csv))".replace("../", "")
    loud = findings[findings["severity"] != "note"]
    for row in loud.itertuples():
        yield fill(f"  - {row.severity}, {row.where}: {row.message}", WIDTH, subsequent_indent="    ")


def _ran(presets: Sequence[Left]) -> str:
    lines = ["| preset | data | seeds | training | commit | machine |", "|---|---|---|---|---|---|"]
    for own in presets:
        data = ", ".join(title.split(" (")[0] for title in own.data)
        cells = [data, f"{own.seeds}", f"{own.hours:g} h", own.commit, own.machine]
        state = f", unfinished: {own.unfinished}" if own.unfinished else ""
        lines.append(_line(f"[`{own.preset}`]({own.preset}/tables.md){state}", cells))
    return "\n".join(lines)


def _unfinished(folder: Path, presets: Sequence[Left]) -> Iterator[str]:
    """Yield a line per preset of the suite that has not run to its end: how far it is, and the command that would."""
    ran = {own.preset for own in presets}
    lines = [
        item(f"`make {preset}`, {PRESETS[preset]}: {_how_far(folder / preset)}")
        for preset in LARGEST
        if preset not in ran
    ]
    if lines:
        yield "\n".join(["Not run to its end:", "", *lines])


def _how_far(folder: Path) -> str:
    if (folder / "plan.json").exists():
        runs = read_json(folder / "plan.json")["runs"]
        trained = [run for run in runs if (folder / run["path"] / "model.safetensors").exists()]
        return f"{len(trained)} of {len(runs)} trainings are there"
    return "the study of linear autoencoders alone" if (folder / "linear_rank").exists() else "nothing is there"
