"""The numbers of docs/findings.md are those of the committed runs."""

import csv
import io
from collections import Counter, defaultdict
from statistics import mean

import pytest
from pages import ROOT, committed, row, words

FINDINGS = (ROOT / "docs" / "findings.md").read_text(encoding="utf-8")
TABLE = "\n".join(line.strip() for line in FINDINGS.splitlines())  # it stands in a list
LABELS = (100, 1000, 10000, 60000)
ROWS = {"AE": "ae", "VAE": "vae", "IRMAE": "irmae", "supervised": "supervised"}


def table(name: str) -> list[dict[str, str]]:
    """Return a committed table of the laptop preset, a row each."""
    lines = committed(f"results/laptop/tables/{name}.csv").splitlines()
    return list(csv.DictReader(io.StringIO("\n".join(line for line in lines if not line.startswith("#")))))


@pytest.mark.parametrize("name", ROWS)
def test_table_2_of_the_findings_is_the_runs_beside_the_papers(name):
    errors = {r["metric"]: r for r in table("table_2") if (r["dataset"], r["variant"]) == ("mnist", ROWS[name])}
    own = [errors[f"error:{labels}:best"] for labels in LABELS]
    expected = [f"{float(cell[key]):.1f}" for cell in own for key in ("mean", "paper")]
    assert row(TABLE, name) == expected


def test_errors_by_the_released_head_are_the_runs():
    values = defaultdict(list)
    for r in table("alternatives"):
        if r["alternative"] == "released-head":
            values[r["variant"], r["metric"]].append(float(r["value"]))
    at = [[mean(values[name, f"error:{labels}:best"]) for labels in (100, 1000)] for name in ("ae", "vae", "irmae")]
    ae, vae, irmae = ([f"{error:.1f}" for error in errors] for errors in at)
    said = words(FINDINGS)
    assert f"{ae[0]} and {ae[1]} for the autoencoder" in said
    assert f"{vae[0]} and {vae[1]} for the VAE" in said
    assert f"{irmae[0]} and {irmae[1]} for IRMAE" in said


def test_ranks_and_samples_of_the_findings_are_the_claims():
    claims = {r["claim"]: r for r in table("claims")}
    said = words(FINDINGS)
    names = ("digits-rank-ae", "ablation-rank-fixed", "ablation-rank-shared", "digits-fid-ae", "ablation-fid-shared")
    rank, fixed, shared, fid, worse = (claims[name] for name in names)
    assert f"effective rank is {shown(rank, 'mean')} and the autoencoder's {shown(rank, 'other_mean')}" in said
    assert f"({shown(rank, 'end_mean')} and {shown(rank, 'end_other_mean')})" in said
    own, other = shown(fixed, "mean"), shown(fixed, "other_mean")
    assert f"the trained chain has {own} where fixed matrices have {other}" in said
    assert f"and one shared matrix {shown(shared, 'other_mean')}: both as claimed" in said
    assert f"FID of the mixture {shown(fid, 'mean')} against the autoencoder's {shown(fid, 'other_mean')}" in said
    assert f"FID {shown(worse, 'other_mean')} against IRMAE's {shown(worse, 'mean')} in all five seeds" in said


def test_the_verdicts_of_the_findings_are_counted_as_the_run_has_them():
    on_digits = [r for r in table("claims") if (r["dataset"], r["paper"]) == ("mnist", "IRMAE")]
    counts = Counter(r["outcome"] for r in on_digits)
    assert (counts["as claimed"], counts["contradicted"], counts["unclear"]) == (23, 1, 4)
    assert [r["claim"] for r in on_digits if r["outcome"] == "contradicted"] == ["ablation-fid-shared"]
    said = "Of the paper's 28 claims about digits 23 come out as claimed at this size, one is contradicted"
    assert said in words(FINDINGS) and "four are unclear" in words(FINDINGS)


def test_the_dimensions_of_shapes_in_the_findings_are_the_runs():
    on_shapes = {r["claim"]: r for r in table("claims") if r["dataset"] == "shapes"}
    assert Counter(r["outcome"] for r in on_shapes.values()) == {"as claimed": 7, "unclear": 2}
    said = words(FINDINGS)
    assert "of the nine about shapes seven come out as claimed and two are unclear" in said
    ae, l1, l2 = (on_shapes[f"shapes-rank-{name}"] for name in ("ae", "l1", "l2"))
    counts = [shown(r, "count_other_mean") for r in (ae, l1, l2)]
    own = shown(ae, "count_mean")
    assert f"{own} for IRMAE, {counts[0]} for the autoencoder, {counts[1]} with L1 and {counts[2]} with L2" in said
    ranks = [shown(ae, "mean"), *(shown(r, "other_mean") for r in (ae, l1, l2))]
    assert f"the effective ranks {', '.join(ranks[:3])} and {ranks[3]}: fewer dimensions in all five seeds" in said
    assert {r["agree"] for r in (ae, l1, l2)} == {"5"}


def shown(claim: dict[str, str], name: str) -> str:
    return f"{float(claim[name]):.1f}"
