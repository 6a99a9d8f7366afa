"""The first page of a preset, and the tables in long form behind the pages."""

from dataclasses import replace

import pandas as pd
import pytest
import yaml
from pages import row, section, words
from paper_config import CONFIG
from synthetic_results import PUBLISHED, write_results, write_tables

from bench.records.files import read_json, write_json
from bench.report.cells import COLUMNS
from bench.report.overview import PRESETS, trainings
from bench.report.results import read_results
from bench.tables import first_page
from workflow.plan import typed


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("results")
    build(path)
    return path


@pytest.fixture(scope="module")
def text(folder):
    return (folder / "tables.md").read_text(encoding="utf-8")


def build(path):
    write_results(path)
    write_tables(path)


def test_it_begins_with_an_answer_to_every_question_whose_claims_ran(text):
    answers = section(text, "## What it found").split("\n- ")[1:]
    assert [answer.split("**")[1] for answer in answers] == [
        "Do IRMAE's codes use fewer dimensions than the autoencoder's?",
        "Are fewer labels needed?",
        "Are its samples better?",
        "Are its interpolations better?",
        "Do the relatives' claims hold, as far as their abstracts tell them?",
    ]
    assert (
        "shapes: unclear (effective rank at the end of training: 3.5 for IRMAE l=2, 3.5 for AE; 0 of 3 seeds agree)"
        in (words(answers[0]))
    )
    said = "mnist5k: as claimed (FID, GMM: 34.00 for IRMAE l=8, 39.00 for AE; 3 of 3 seeds agree)."
    assert words(answers[2].split("\n\n")[0]) == f"**Are its samples better?** {said}"
    assert "0.67 for orthogonal, rate adjusted, claimed 0;" in words(answers[4])


def test_the_claims_are_counted_by_statement_and_are_no_verdicts_on_the_paper(text):
    part = section(text, "## The papers' claims")
    assert row(part, "Better samples, on digits") == ["1", "-", "-"]
    assert row(part, "Conceded: the VAE's samples of digits are as good") == ["-", "2", "-"]
    assert row(part, "Better samples, on faces") == ["-", "-", "2"]
    assert row(part, "all") == ["5", "15", "37"]
    assert "None of the 20 claims that ran is a verdict on its paper: they differ from it" in words(part)
    assert "another data set (mnist5k for MNIST) (11)" in words(part)
    assert "Readings of our own, marked so among the claims and not counted above: unclear (2)." in part


def test_table_1_sets_our_fid_above_the_papers(text):
    part = section(text, "### mnist5k (digits)")
    assert row(part, "AE") == ["44.00 ± 1.00", "39.00 ± 1.00"] and row(part, r"*AE, paper*") == ["-", "38.0"]
    assert row(part, "VAE")[1] == "32.50 ± 0.71 (1 of 3 diverged)" and row(part, "*VAE, paper*")[1] == "30.8"
    assert row(part, "*real images*") == ["3.00 ± 1.41"] * 2
    assert row(part, "*uniform noise*")[0] == "500.00" and row(part, "*blank images*")[0] == "300.00"


def test_table_1_says_what_its_numbers_are_of(text):
    part = words(section(text, "## Table 1"))
    assert "1,000 samples against 1,000 test images" in part and "11 of 11 fits converged" in part
    assert "not Inception: not comparable" in part and "The paper's numbers are of other data" in part
    assert "not published in any source we could read" in part


def test_a_data_set_that_does_not_run_takes_one_line(text):
    line = "CelebA: not run in this preset; the paper has, by mixture, AE 49.0, VAE 48.8, IRMAE 36.4."
    assert line in section(text, "## Table 1").splitlines()


def test_data_of_the_papers_kind_and_size_carry_no_warning(folder):
    results = read_results(folder / "plan.json", folder, PUBLISHED)
    place = next(place for place in results.places("figure 2") if place.paper)
    assert "of other data" in results.orientation(place)
    results.data["shapes"]["counts"]["train"] = 50_000
    assert results.orientation(place) == ""


def test_table_2_has_the_papers_columns_and_the_whole_data_set(text):
    part = section(text, "## Table 2")
    assert row(part, "labels") == ["10", "100", "1,000", "4,000 (all)", "10,000", "60,000"]
    assert row(part, "IRMAE l=8")[0] == "11.0 ± 1.0" and row(part, "*IRMAE, paper*")[0] == "12.0 ± 0.9"
    assert row(part, "supervised")[5] == "-" and row(part, "*supervised, paper*")[5] == "0.8 ± 0.1"
    assert row(part, "AE")[2:4] == ["-", "31.0 ± 1.0"]


def test_what_ran_and_how_stands_in_the_text(text):
    recipe = "2 epochs, batch 32 shuffled, Adam at 0.001"
    assert f"- Training: {recipe}; on mnist5k VAE: lr 0.0005 (others 0.001)" in words(text)
    assert f"- Commit: {'c' * 12} (clean)" in text


def test_no_training_is_named_that_no_data_set_had(folder):
    results = read_results(folder / "plan.json", folder, PUBLISHED)
    data = {"shapes": {"epochs": 24}, "mnist5k": {"epochs": 16}}
    config = results.plan["config"]
    own = config["data"] | {name: config["data"][name] | {"training": training} for name, training in data.items()}
    runs = [run | {"training": run["training"] | data[run["dataset"]]} for run in results.plan["runs"]]
    config |= {"training": config["training"] | {"epochs": 100}, "data": own}
    said = trainings(replace(results, plan=results.plan | {"runs": runs, "config": config}))
    assert said == (
        "shapes: 24 epochs, batch 32 shuffled, Adam at 0.001; mnist5k: 16 epochs, batch 32 shuffled, Adam at 0.001; "
        "on mnist5k VAE: lr 0.0005 (others 0.001)"
    )


def test_what_the_laptop_preset_is_said_to_be_is_what_its_config_says():
    paper, laptop = (typed(yaml.safe_load((CONFIG / f"{name}.yaml").read_text())) for name in ("config", "laptop"))
    data, usual = laptop["data"], paper["training"]
    mnist, shapes = laptop["training"], laptop["training"] | data["shapes"]["training"]
    seen = shapes["epochs"] * data["shapes"]["train"]
    share = seen / (usual["epochs"] * paper["data"]["shapes"]["train"])
    assert [mnist["epochs"] / usual["epochs"], share] == pytest.approx([1 / 5, 1 / 8], rel=0.05)
    assert [own["lr"] / usual["lr"] for own in (mnist, shapes)] == pytest.approx([5, 5])
    assert laptop["datasets"] == ["mnist", "shapes"] and data["shapes"]["colours"] == "grey"
    for name in laptop["datasets"]:
        half, whole = (config["data"][name]["architecture"]["encoder"] for config in (laptop, paper))
        assert [2 * width for width in half] == whole
    for said in ("half the width of the released code", "five times its rate", "at most a fifth of its steps"):
        assert said in PRESETS["laptop"]


def test_an_added_measure_is_among_all_numbers(folder):
    metrics = pd.read_csv(folder / "tables" / "metrics.csv")
    own = metrics.query("dataset == 'mnist5k' and variant == 'ae' and metric == 'mine'")
    assert list(own["step"]) == ["measure/mine"] * 3 and list(own["value"]) == [0.001, 0.0015, 0.002]


def test_table_1_can_be_recomputed_with_pandas_alone(folder):
    metrics = pd.read_csv(folder / "tables" / "metrics.csv")
    ours = pd.read_csv(folder / "tables" / "table_1.csv")
    keys = ["dataset", "variant", "metric"]
    wanted = metrics[metrics["metric"].str.contains("^(?:fid|kid|precision|recall):")]
    again = wanted.groupby(keys)["value"].agg(["mean", "std", "count"])
    assert list(ours) == COLUMNS
    both = ours.set_index(keys).join(again.add_suffix("_again"), validate="1:1")
    assert len(both) == len(again)
    for column, other in (("mean", "mean_again"), ("sd", "std_again"), ("n", "count_again")):
        pd.testing.assert_series_equal(both[column], both[other], check_names=False)
    mine = ours.query("dataset == 'mnist5k' and variant == 'irmae' and metric == 'fid:gmm'").iloc[0]
    assert mine["paper"] == 34.0
    assert pd.isna(mine["difference"])  # distances between features of another network


def test_where_outcomes_are_verdicts_the_page_says_so(folder):
    results = read_results(folder / "plan.json", folder, PUBLISHED)
    claims = results.claims.assign(verdict=results.claims["outcome"])
    assert "Every outcome is a verdict on its paper." in first_page(replace(results, claims=claims))


def test_equal_inputs_give_equal_bytes_and_time_only_one_line(folder, text, tmp_path):
    build(tmp_path)
    pages = {path.name: path.read_text(encoding="utf-8") for path in tmp_path.glob("*.md")}
    assert pages["tables.md"] == text
    for run in read_json(tmp_path / "plan.json")["runs"]:
        path = tmp_path / run["path"] / "provenance.json"
        if path.exists():
            slower = {"wall_seconds": 5000.0, "peak_memory_bytes": 2**31}
            write_json(path, read_json(path) | slower)
    write_tables(tmp_path)
    after = {path.name: path.read_text(encoding="utf-8") for path in tmp_path.glob("*.md")}
    assert {name for name in pages if pages[name] != after[name]} == {"tables.md", "cost.md"}
    pairs = zip(text.splitlines(), after["tables.md"].splitlines(), strict=True)
    changed = [new for old, new in pairs if old != new]
    assert len(changed) == 1 and changed[0].startswith("- Wall time:")


def test_the_published_numbers_are_whole():
    paper = pd.read_csv(PUBLISHED)
    assert paper["value"].notna().all() and paper["source"].notna().all()
    assert not paper.duplicated(["dataset", "variant", "metric"]).any()
    assert paper["table"].value_counts()[["table 1", "table 2"]].tolist() == [6, 20]
    assert not paper["metric"].str.contains("gaussian").any()
