"""The README's numbers are those of the committed results."""

import re
from pathlib import Path

import pandas as pd

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_table_of_ranks_is_that_of_the_quick_results():
    spectra = pd.read_csv(ROOT / "results" / "quick" / "tables" / "spectra.csv")
    spectra = spectra[spectra["metric"] == "effective_rank"].set_index(["dataset", "variant"])
    rows = re.findall(r"^\| (\w+) \| ([\w-]+) \| ([\d.]+) ± ([\d.]+) \|$", README, re.MULTILINE)
    assert len(rows) >= 4
    for dataset, variant, mean, sd in rows:
        measured = spectra.loc[dataset, variant]
        assert (mean, sd) == (f"{measured['mean']:.1f}", f"{measured['sd']:.1f}"), (dataset, variant)


def test_every_link_leads_somewhere():
    links = re.findall(r"\]\(([^)#:]+)\)", README)
    assert links
    assert all((ROOT / link).exists() for link in links)
