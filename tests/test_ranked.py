"""A check finds methods trained otherwise in one ranking."""

from planted import edit

from bench.checks.folder import Folder
from bench.checks.ranked import ranked
from bench.records.files import read_json, write_json


def found(folder):
    return [f"{finding.severity} {finding.where}: {finding.message}" for finding in ranked(Folder(folder))]


def test_methods_trained_alike_are_no_finding(results):
    assert found(results) == []


def test_a_method_that_was_trained_otherwise_is_found_in_the_ranking(results):
    # The VAE was trained at another rate, which is why it is not ranked.
    edit(results / "tables/ranking.csv", r"^(error:100:best,VAE),,", r"\1,2.0,")
    (text,) = found(results)
    assert text.startswith("error tables/ranking.csv: error:100:best ranks ")
    assert "AE, IRMAE, PCA (lr 0.001) with VAE (lr 0.0005) on mnist5k" in text


def test_what_was_trained_counts_not_what_the_plan_says(results):
    path = results / "runs/shapes/irmae/2/provenance.json"  # one batch of its seeds
    record = read_json(path)
    record["spec"]["training"]["epochs"] = 1
    write_json(path, record)
    assert [text.split(": ", 1)[1].split("; ")[0] for text in found(results)] == [
        f"{metric} ranks AE, IRMAE, PCA (epochs 2) with IRMAE (epochs 1) on shapes" for metric in ("overall", "fid:gmm")
    ]
