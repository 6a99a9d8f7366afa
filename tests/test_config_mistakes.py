"""What is wrong with a config is said before any job, in a line each that names what exists."""

import re

import pytest
from checkout import REPOSITORY
from paper_config import SCHEMA, merged, preset

from workflow.check import problems
from workflow.check_claims import check_claims


@pytest.mark.parametrize("name", ["paper", "quick", "smoke"])
def test_the_presets_have_no_mistakes(name):
    assert problems(preset(name), SCHEMA, REPOSITORY) == []


def edit(config, where, value):
    *parents, last = where.split("/")
    for key in parents:
        config = config[key]
    config[last] = value


@pytest.mark.parametrize(
    ("where", "value", "message"),
    [
        ("device", "gpu", "device: 'gpu' is not one of ['cuda', 'cpu']"),
        ("seeds", [], "seeds: [] should be non-empty"),
        ("seeds", [0, 0], "seeds: [0, 0] holds something twice"),
        ("training/lr", "fast", "training.lr: 'fast' is not of type 'number'"),
        ("linear_rank/scales", [2], "linear_rank.scales: [2] lacks 1, which is to be among them"),
        ("training/lr", 0, "training.lr: 0 is less than or equal to the minimum of 0"),
        ("fid/extractor", "vgg", "fid.extractor: 'vgg' is not one of ['inception', 'in_domain']"),
        ("roles/digits", "mnits", "roles.digits: there is no data set 'mnits'. Did you mean mnist?"),
        ("roles/letters", "mnits", "roles.letters: there is no data set 'mnits'. Did you mean mnist?"),
        ("roles/Digits", "mnist5k", "roles: 'Digits' is to name files and does not match"),
        ("classify/datasets", ["mnits"], "classify.datasets: there is no data set 'mnits'. Did you mean mnist?"),
        ("classify/most_steps", 499, "classify.most_steps: 499 is less than least_steps, 500"),
        ("variants/ae/model", "aee", "variants.ae: there is no model 'aee'. Did you mean ae?"),
        ("variants/ae/datasets", ["shape"], "variants.ae.datasets: there is no data set 'shape'."),
        ("variants/vae/beta", "big", "variants.vae.beta: 'big' is not a value of type float"),
        ("variants/irmae/depth", 2.5, "variants.irmae.depth: 2.5 is not a value of type int"),
        ("variants/irmae/depth", True, "variants.irmae.depth: True is not a value of type int"),
        ("variants/irmae", {"model": "irmae"}, "variants.irmae: the option 'depth' is missing"),
        ("variants/irmae/training", {"epoch": 1}, "variants.irmae.training: there is no key 'epoch'."),
        ("variants/supervised", {"model": "ae"}, "variants.supervised: the tables use this name"),
        ("data/shapes/sqare", "corner", "data.shapes: there is no option 'sqare'. Did you mean square?"),
        ("data/shapes/architecture/decoder_relu", True, "data.shapes.architecture: there is no key 'decoder_relu'."),
        ("data/mnist/architecture/code_relu", True, "data.mnist.architecture: there is no key 'code_relu'."),
        ("data/linear/architecture/encoder", [4], "data.linear.architecture: there is no key 'encoder'."),
        ("data/linear/training", {"epoch": 1}, "data.linear.training: there is no key 'epoch'."),
        ("figures/2/panels/digit", [], "figures.2.panels.digit: there is no role 'digit'. Did you mean digits?"),
        ("figures/2/panels/shapes", ["ae-11"], "figures.2.panels.shapes: there is no variant 'ae-11'."),
        ("figures/2", {"kind": "spectrum"}, "figures.2: 'panels' is a required property"),
        ("figures/dept", {"kind": "study"}, "figures.dept: there is no study 'dept'. Did you mean depth?"),
        ("measures/spectrun", {}, "measures: there is no measure 'spectrun'. Did you mean spectrum?"),
        ("measures/spectrum/treshold", 1, "measures.spectrum: there is no option 'treshold'. Did you mean thresholds?"),
        ("family/methods/VAE", ["vea"], "family.methods.VAE: there is no variant 'vea'. Did you mean vae?"),
        ("family/methods/VAE", ["ae"], "family.methods.VAE: ae stands for AE already"),
        ("family/against", ["IRMEA"], "family.against: there is no method 'IRMEA'. Did you mean IRMAE?"),
        ("family/ranked_by", ["effective_rank"], "family.ranked_by: effective_rank is no quality"),
    ],
)
def test_a_mistake_is_one_line_that_says_where_and_what_exists(config, where, value, message):
    edit(config, where, value)
    (line,) = problems(config, SCHEMA, REPOSITORY)
    assert line.startswith(message)
    assert "\n" not in line


def test_a_data_set_without_a_section_is_a_mistake(config):
    del config["data"]["celeba"]
    assert problems(config, SCHEMA, REPOSITORY) == ["data: the data set celeba has no section"]


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ({"sample": {"count": 1e2}}, "sample.count: 100.0 is not a whole number, written without point and exponent"),
        ({"training": {"epochs": 1.0}}, "training.epochs: 1.0 is not a whole number"),
        ({"seeds": [0.0, 1.0]}, "seeds.0: 0.0 is not a whole number"),
        ({"seeds_per_job": 2.0}, "seeds_per_job: 2.0 is not a whole number"),
        ({"linear_rank": {"steps": 1e2}}, "linear_rank.steps: 100.0 is not a whole number"),
        ({"data": {"shapes": {"train": 256.0}}}, "data.shapes.train"),
        ({"training": {"lr": float("nan")}}, "training.lr: nan is not a finite number"),
        ({"training": {"lr": float("inf")}}, "training.lr: inf is not a finite number"),
        (
            {"roles": {"faces": "mnist"}},
            "roles.faces: mnist is already the data set of digits; give one of them another",
        ),
    ],
)
def test_what_would_fail_later_is_refused_at_once(config, change, line):
    for section, value in change.items():
        config[section] = merged(config[section], value)
    assert any(re.match(re.escape(line), found) for found in problems(config, SCHEMA, REPOSITORY))


@pytest.mark.parametrize("says", [{}, {"near": 7, "equals": "ae"}])
def test_a_claim_on_a_variant_says_one_thing(config, says):
    config["claims"]["topics"]["digits-fid"]["claims"]["two"] = {"variant": "vae"} | says
    line = "claims.topics.digits-fid.claims.two: say one of near, equals, at_least of vae"
    assert list(check_claims(config)) == [line]


def test_a_question_that_no_claim_answers_is_a_mistake(config):
    config["claims"]["questions"][0]["claims"] = ["shapes-rank-a"]
    (line,) = check_claims(config)
    assert line.startswith("claims.questions: there is no claim 'shapes-rank-a'. Did you mean shapes-rank-ae?")


def test_every_key_of_the_schema_is_described():
    assert list(undescribed(SCHEMA)) == []


def undescribed(node):
    """Yield the keys that the schema explains neither where they stand nor in the definition they point to."""
    for key, value in node.get("properties", {}).items():
        if isinstance(value, dict) and not {"description", "const"} & value.keys():
            definition = SCHEMA["$defs"][value["$ref"].rpartition("/")[2]] if "$ref" in value else {}
            if "description" not in definition:
                yield key
    for child in node.values():
        if isinstance(child, dict):
            yield from undescribed(child)
