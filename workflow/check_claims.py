"""What the claims, the family and the other protocols of a config name; in: config, out: one line per mistake."""

from collections.abc import Iterator
from typing import Any

from workflow import alternatives
from workflow.alternatives import SUPERVISED
from workflow.check_names import unknown

AGAINST = ("near", "equals", "at_least")  # what a claim says of a `variant`


def check_family(config: dict[str, Any]) -> Iterator[str]:
    """Check the methods that are compared on all data sets, and what they are ranked by."""
    family, owners = config["family"], {}
    for method, variants in family["methods"].items():
        for name in variants:
            if name not in config["variants"]:
                yield unknown(f"family.methods.{method}", "variant", name, config["variants"])
            elif name in owners:
                yield f"family.methods.{method}: {name} stands for {owners[name]} already"
            owners.setdefault(name, method)
    for name in family["left_out"]:
        if name not in config["variants"]:
            yield unknown("family.left_out", "variant", name, config["variants"])
    for method in family["against"]:
        if method not in family["methods"]:
            yield unknown("family.against", "method", method, family["methods"])
    for metric in family["ranked_by"]:
        if "rank" in metric:
            yield f"family.ranked_by: {metric} is no quality: a code that collapsed to a point has the lowest"


def check_steps(config: dict[str, Any]) -> Iterator[str]:
    """Check that classifiers can take as many steps as they must."""
    least, most = (config["classify"][key] for key in ("least_steps", "most_steps"))
    if most is not None and most < least:
        yield f"classify.most_steps: {most} is less than least_steps, {least}"


def check_claims(config: dict[str, Any]) -> Iterator[str]:
    """Check the roles and variants of every claim, and that no two claims share a name."""
    studied = (variant for study in config["studies"].values() for variant in study["variants"])
    known = list(dict.fromkeys([*config["variants"], *studied, *alternatives.LINEAR, SUPERVISED]))
    seen = set()
    for claim in alternatives.claims(config):
        where = f"claims.topics.{claim['topic']}.claims.{claim['id']}"
        if claim["id"] in seen:
            yield f"{where}: another topic has a claim of this name"
        seen.add(claim["id"])
        if "variant" in claim and sum(key in claim for key in AGAINST) != 1:
            yield f"{where}: say one of {', '.join(AGAINST)} of {claim['variant']}"
        if claim["role"] not in config["roles"]:
            yield unknown(where, "role", claim["role"], config["roles"])
        yield from (unknown(where, "variant", name, known) for name in alternatives.sides(claim) if name not in known)
    named = (name for question in config["claims"]["questions"] for name in question["claims"])
    yield from (unknown("claims.questions", "claim", name, sorted(seen)) for name in named if name not in seen)


# What an alternative may change, and where its keys are known from.
SECTIONS = ("classify", "sample", "training")


def check_alternatives(config: dict[str, Any]) -> Iterator[str]:
    """Check what the alternatives to the protocol change."""
    own = config["sensitivity"]
    for name in own["retrain"]:
        if name not in own["alternatives"]:
            yield unknown("sensitivity.retrain", "alternative", name, own["alternatives"])
        elif not {"training", "data", "variants"} & set(own["alternatives"][name]):
            yield f"sensitivity.retrain: {name} changes neither training, data nor variants, so nothing trains again"
    for name, alternative in own["alternatives"].items():
        where = f"sensitivity.alternatives.{name}"
        if alternative.get("codes") == "test" and "classify" in alternative:
            yield f"{where}: codes of the test images are for samplers; a classifier cannot be trained on them"
        for section in SECTIONS:
            known = {*config[section], *(["components"] if section == "sample" else [])}
            for key in sorted(set(alternative.get(section, {})) - known):
                yield unknown(f"{where}.{section}", "key", key, known)
        for dataset, settings in alternative.get("data", {}).items():
            if dataset not in config["data"]:
                yield unknown(f"{where}.data", "data set", dataset, config["data"])
            else:
                for key in sorted(set(settings) - set(config["data"][dataset])):
                    yield unknown(f"{where}.data.{dataset}", "key", key, config["data"][dataset])
