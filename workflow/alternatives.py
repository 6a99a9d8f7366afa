"""What the claims compare and which alternatives to the protocol that calls for; in: the merged config, out: plain
dictionaries.

An alternative is tried on the variants that claims compare, and only on what they are compared in. Settings of
an evaluation are tried on the trained models (rule `reevaluate`); those of the training or the data make a data
set of their own, called DATASET@ALTERNATIVE, that goes through the same rules as every other.
"""

from collections.abc import Iterator
from typing import Any

MARK = "@"
SUPERVISED = "supervised"  # the last row of Table 2: a run per data set that uses no autoencoder
LINEAR = ("none", "default", "orthogonal", "greedy")  # what rule linear_rank compares
METRIC_STEPS = {"error": "classify", "fid": "generate", "interpolation": "generate"}  # every run has the others'


def claims(config: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield every claim with what it shares with its topic."""
    for topic, shared in config["claims"]["topics"].items():
        for name, claim in shared["claims"].items():
            fields = {key: shared[key] for key in ("paper", "role", "metric", "unlike") if key in shared}
            yield {"id": name, "topic": topic, **fields, **claim}


def sides(claim: dict[str, Any]) -> list[str]:
    """Return the variants a claim is about."""
    return [claim[key] for key in ("lower", "than", "variant", "equals", "at_least") if key in claim]


def compared(dataset: str, config: dict[str, Any], relatives: bool = False) -> dict[str, set[str]]:
    """Map the variants that claims compare on a data set to the kinds of metrics they are compared in.

    The alternatives are readings of IRMAE's protocol, so that the claims of papers with another (`unlike`) are not
    asked; but with `relatives` they are.
    """
    kinds: dict[str, set[str]] = {}
    for claim in claims(config):
        if config["roles"].get(claim["role"]) == dataset and (relatives or "unlike" not in claim):
            for variant in sides(claim):
                kinds.setdefault(variant, set()).add(claim["metric"].split(":")[0])
    return kinds


def base(dataset: str) -> str:
    """Return the data set that an alternative's data set is a version of; others are their own."""
    return dataset.split(MARK)[0]


def own_settings(dataset: str, variant: str, settings: dict[str, Any], config: dict[str, Any]) -> dict[str, Any]:
    """Return a variant's settings with what `for` says of the data set; of an alternative to it (`variants`) the
    model and its options, trained as the variant is.
    """
    own = _on(dataset, settings)
    other = changes(dataset, config).get("variants", {}).get(variant)
    if other is None:
        return own
    return {key: own[key] for key in ("training", "latent") if key in own} | _on(dataset, other)


def _on(dataset: str, settings: dict[str, Any]) -> dict[str, Any]:
    return merged(settings, settings.get("for", {}).get(base(dataset), {}))


def changes(dataset: str, config: dict[str, Any]) -> dict[str, Any]:
    """Return the alternative behind a data set DATASET@ALTERNATIVE; nothing for others."""
    _, _, name = dataset.partition(MARK)
    return config["sensitivity"]["alternatives"][name] if name else {}


def data_settings(dataset: str, config: dict[str, Any]) -> dict[str, Any]:
    """Return the section `data.NAME` of a data set, with what its alternative changes there."""
    return merged(config["data"][base(dataset)], changes(dataset, config).get("data", {}).get(base(dataset), {}))


def merged(settings: dict[str, Any], changed: dict[str, Any]) -> dict[str, Any]:
    """Return settings with some changed, at any depth."""
    result = dict(settings)
    for key, value in changed.items():
        nested = isinstance(value, dict) and isinstance(settings.get(key), dict)
        result[key] = merged(settings[key], value) if nested else value
    return result


def tried(alternative: dict[str, Any], dataset: str) -> bool:
    """Tell whether an alternative is tried on a data set."""
    return dataset in alternative.get("datasets", [dataset])


def trained_again(config: dict[str, Any]) -> Iterator[tuple[str, str, list[str]]]:
    """Yield what the alternatives under `sensitivity.retrain` train: a data set DATASET@ALTERNATIVE, a variant and
    the steps that measure it.
    """
    for name in config["sensitivity"]["retrain"]:
        alternative = config["sensitivity"]["alternatives"][name]
        for dataset in config["datasets"]:
            if tried(alternative, dataset) and retrains(alternative, dataset):
                own = alternative.get("variants")
                for variant, kinds in compared(dataset, config, relatives=own is not None).items():
                    if own is not None and variant not in own:
                        continue
                    steps = [step for step in dict.fromkeys(METRIC_STEPS.get(kind) for kind in sorted(kinds)) if step]
                    if dataset not in config["classify"]["datasets"] and "classify" in steps:
                        steps.remove("classify")
                    yield f"{dataset}{MARK}{name}", variant, ["encode", *steps]


def retrains(alternative: dict[str, Any], dataset: str) -> bool:
    """Tell whether an alternative trains again on a data set."""
    return bool({"training", "variants"} & set(alternative)) or dataset in alternative.get("data", {})


def reevaluation(dataset: str, variant: str, config: dict[str, Any]) -> dict[str, Any]:
    """Return the settings of rule `reevaluate` for a run; without alternatives there is nothing to do.

    alternatives: for each, `codes` (`only_codes`: nothing else differs) and the full sections `classify` and
    `sample`, the `reference` of FID and the `count` of its samples, as far as a claim hangs on them; crossed:
    `classify` and the number of `seeds` whose labels every autoencoder meets.
    """
    kinds = compared(dataset, config).get(variant, set())
    own = config["sensitivity"]
    if "error" not in kinds or dataset not in config["classify"]["datasets"]:
        kinds = kinds - {"error"}
    alternatives = {
        name: parts
        for name, alternative in own["alternatives"].items()
        if tried(alternative, dataset) and (parts := _parts(alternative, kinds, dataset, config))
    }
    crossed = {"classify": _classify({}, own["crossed"]["budgets"], config), "seeds": own["crossed"]["seeds"]}
    return {"alternatives": alternatives, "crossed": crossed if "error" in kinds else None} if alternatives else {}


def _parts(alternative: dict[str, Any], kinds: set[str], dataset: str, config: dict[str, Any]) -> dict[str, Any] | None:
    parts: dict[str, Any] = {}
    if "classify" in alternative and "error" in kinds:
        parts["classify"] = _classify(alternative["classify"], config["sensitivity"]["budgets"], config)
    if "sample" in alternative and "fid" in kinds:
        usual = {**config["sample"], "components": config["data"][dataset]["components"]}
        then = merged(usual, alternative["sample"])
        if then["count"] < usual["count"] and {**then, "count": usual["count"]} == usual and "codes" not in alternative:
            parts["count"] = then["count"]  # a part of the usual samples: nothing is fitted again
        elif "codes" in alternative or then != usual:
            parts["sample"] = then
    if "fid" in alternative and "fid" in kinds and merged(config["fid"], alternative["fid"]) != config["fid"]:
        parts["reference"] = alternative["fid"]["reference"]
    only_codes = not alternative.get("classify") and not alternative.get("sample")
    return {"codes": alternative.get("codes"), "only_codes": only_codes, **parts} if parts else None


def _classify(changed: dict[str, Any], budgets: list[int], config: dict[str, Any]) -> dict[str, Any]:
    usual = {key: value for key, value in config["classify"].items() if key != "datasets"}
    chosen = [budget for budget in usual["budgets"] if budget in budgets]
    return {**merged(usual, changed), "budgets": chosen}
