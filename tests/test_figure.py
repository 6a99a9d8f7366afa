"""Rule `figure`: what every figure does of what diverged or did not run, and the same files whatever the theme."""

import shutil

import matplotlib.image
import numpy as np
import pytest
from checkout import REPOSITORY
from drawn import words
from synthetic_results import PUBLISHED

from bench import figure
from bench.records.files import write_json
from bench.records.tables import read_table
from bench.report.figures import style
from workflow.sources import closure

FIGURES = "bench/report/figures/"
THEME = {"text.usetex": True, "font.size": 16, "lines.linewidth": 4, "savefig.bbox": "tight", "savefig.dpi": 40}
DRAWN = ("5", "6", "9", "frontier", "linear_rank")  # images, spectra, names beside points, curves


@pytest.fixture(scope="module")
def drawn_twice(drawable, tmp_path_factory):
    """Return two folders in which the rule has drawn the figures of a plan, once under a theme of the user's."""
    plan, folder, _ = drawable
    own = shutil.copytree(folder, tmp_path_factory.mktemp("results") / "own") / "plan.json"
    write_json(own, plan | {"figures": {name: plan["figures"][name] for name in DRAWN}})
    folders = [tmp_path_factory.mktemp("figures") for _ in range(2)]
    for each, theme in zip(folders, ({}, THEME), strict=True):
        with matplotlib.rc_context(theme):
            figure.main(plan=own, paper=PUBLISHED, figures=each)
    return folders


@pytest.mark.parametrize("name", ["2", "4", "5", "6", "8", "9", "trajectory", "frontier"])
def test_a_figure_of_which_every_seed_diverged_is_drawn(drawable, tmp_path, name):
    plan, folder, paper = drawable
    for part in ("data", "runs"):
        (tmp_path / part).symlink_to(folder / part)
    (tmp_path / "tables").mkdir()
    for table in ("metrics", "trajectory", "family"):
        lost = read_table(folder / "tables" / f"{table}.csv")
        if table != "family":
            lost["value"] = lost["value"].where(lost["variant"] == "reference")
        lost.to_csv(tmp_path / "tables" / f"{table}.csv", index=False)
    figure.figure(plan, tmp_path, paper, name).draw_without_rendering()


@pytest.mark.parametrize("number", ["4", "6", "7"])
def test_a_data_set_that_does_not_run_takes_no_space(drawable, number):
    plan, folder, paper = drawable
    panels = plan["figures"][number]["panels"]
    assert [panel["dataset"] for panel in panels] == ["mnist5k", None]
    alone = plan | {"figures": {number: plan["figures"][number] | {"panels": panels[:1]}}}
    whole, only = figure.figure(*drawable, number), figure.figure(alone, folder, paper, number)
    assert np.array_equal(whole.get_size_inches(), only.get_size_inches()) and words(whole) == words(only)


def test_a_figure_of_which_nothing_runs_says_why(drawable):
    plan, folder, paper = drawable
    panels = [
        {"role": "digits", "dataset": "mnist5k", "variants": []},
        {"role": "faces", "dataset": None, "variants": []},
    ]
    plan = plan | {"figures": {"6": {"kind": "gaussian", "panels": panels}}}
    (text,) = words(figure.figure(plan, folder, paper, "6"))
    assert text == "mnist5k (digits): no variant of this figure runs on it; CelebA: not run in this preset"


def test_a_panel_names_the_data_set_the_seeds_and_what_did_not_run(drawable):
    title = words(figure.figure(*drawable, "9"))[0].replace("\n", " ")
    assert title == (
        "mnist5k (digits): a line per seed and the median of 3; beside names: variance explained; samples of seed 0; "
        "not run: IRMAE l=8 shared"
    )


def test_a_variant_has_one_colour_and_the_papers_have_different_ones():
    variants = ["ae", "vae", "ae-l1", "ae-l2", "irmae", "irmae-l4", "irmae-fixed", "irmae-nonlinear", "irmae-shared"]
    colours = style.colours({"config": {"variants": dict.fromkeys([*variants, "mine", "yours"])}})
    assert len({colours[name] for name in variants}) == len(variants) and colours["mine"] != colours["yours"]
    without = style.colours({"config": {"variants": dict.fromkeys(["ae", "mine"])}})
    assert without == {name: colours[name] for name in without}


@pytest.mark.parametrize("name", DRAWN)
def test_files_are_not_blank_and_the_same_whatever_the_users_theme(drawn_twice, name):
    image, pdf = (drawn_twice[0] / f"figure_{name}{suffix}" for suffix in (".png", ".pdf"))
    assert len(np.unique(matplotlib.image.imread(image))) > 10
    assert pdf.read_bytes().startswith(b"%PDF")
    for path in (image, pdf):
        assert path.read_bytes() == (drawn_twice[1] / path.name).read_bytes()


def test_a_sentence_of_the_report_redraws_no_figure_and_a_figure_rewrites_no_report():
    figure_code, report_code = (closure(REPOSITORY, f"bench/{rule}.py") for rule in ("figure", "tables"))
    sentences = [path for path in figure_code if path.startswith("bench/report/") and not path.startswith(FIGURES)]
    assert sentences == ["bench/report/__init__.py"]
    assert not [path for path in report_code if path.startswith(FIGURES)]
