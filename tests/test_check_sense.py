"""Planted numbers that make no sense: nearer to real images than these, as far as what is none, of nothing learned."""

import pytest
from planted import RUN, edit, findings, follow

from bench.records.files import read_json, write_json


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("fid:blank", 1.0, "fid: finds blank images as good as real images"),
        ("kid:noise", 0.001, "kid: finds uniform noise as good as real images"),
        ("kid:mean", -0.1, "kid: finds the pixel mean as good as real images"),
        ("interpolation:blank", -0.3, "interpolation: finds blank images as good as real images"),
    ],
)
def test_a_yardstick_that_prefers_what_is_no_image(results, name, value, said):
    edit(results / "data/mnist5k/reference.csv", f"^0,{name},.*", f"0,{name},{value}")
    follow(results)
    (finding,) = findings(results)
    assert finding.startswith(f"yardstick mnist5k, {said}")


def test_precision_that_one_image_has_again_and_again_is_no_yardstick_and_no_finding(results):
    edit(results / "data/mnist5k/reference.csv", "^0,precision:blank,.*", "0,precision:blank,1.0")
    follow(results)
    assert findings(results) == []


def test_a_distance_below_that_of_real_images(results):
    for seeds in ("0-1", "2"):
        edit(results / f"runs/mnist5k/ae/{seeds}/metrics/generate.csv", r"fid:gmm,.*", "fid:gmm,0.5", count=0)
    follow(results)
    (finding,) = findings(results)
    assert finding.startswith("fid mnist5k/ae, fid:gmm: 0.5 is below real images' own 2")


def test_a_distance_no_better_than_that_of_what_is_no_image_is_a_warning(results):
    edit(results / "data/mnist5k/reference.csv", "fid:noise,500.0", "fid:noise,50.0")
    edit(results / "data/mnist5k/reference.csv", "fid:mean,200.0", "fid:mean,61.0")
    follow(results)
    said = "fid mnist5k/pca, fid:gmm: 61 is no better than that of uniform noise, the pixel mean"
    assert any(line.startswith(said) for line in findings(results, "warning"))


def test_interpolations_nearer_than_real_images_or_as_far_as_blank_ones(results):
    for seeds in ("0-1", "2"):
        path = results / f"runs/mnist5k/ae/{seeds}/metrics/generate.csv"
        edit(path, r"interpolation:middle,.*", "interpolation:middle,-0.2", count=0)
        path = results / f"runs/mnist5k/pca/{seeds}/metrics/generate.csv"
        edit(path, r"interpolation:middle,.*", "interpolation:middle,6.5", count=0)
    follow(results)
    (finding,) = findings(results)
    assert finding.startswith("interpolation mnist5k/ae, interpolation:middle: -0.2 is below real images' own 0")
    said = "interpolation mnist5k/pca, interpolation:middle: 6.5 is no better than that of blank images, the pixel mean"
    assert any(line.startswith(said) for line in findings(results, "warning"))


def test_a_loss_that_rose_and_a_code_that_holds_nothing_are_warnings(results):
    edit(results / RUN / "history.csv", r"^0,2,.*", "0,2,0.9")
    for seeds in ("0-1", "2"):
        path = results / f"runs/mnist5k/irmae/{seeds}/metrics/encode.csv"
        edit(path, r"explained_variance,.*", "explained_variance,-0.1", count=0)
    follow(results)
    lines = findings(results, "warning")
    assert any(line.startswith("loss mnist5k/irmae: the loss of seed 0 went from 0.4 to 0.9") for line in lines)
    assert any(line.startswith("learned mnist5k/irmae: explains -0.10 of the variance") for line in lines)


def test_an_untrained_network_that_is_as_good_is_a_warning(results):
    plan = read_json(results / "plan.json")
    for run in plan["runs"]:
        if run["variant"] == "pca":
            run["model"] = "untrained"
    write_json(results / "plan.json", plan)
    (finding,) = (line for line in findings(results, "warning") if line.startswith("controls mnist5k/ae"))
    assert "an untrained network is as good in mse: those numbers owe nothing to training" in finding
