"""Whether a run's numbers may be set against the paper's; in: plan and data records, out: reasons why not."""

from collections.abc import Iterator
from typing import Any

from bench.records.names import OF_FEATURES, PAPER_DATA, PAPER_EXTRACTOR

# What `claims.size` asks of some kinds of metric alone.
SAMPLES = "samples"
ASKED = {"error": "errors", "interpolation": "interpolations"} | dict.fromkeys(
    ("fid", "kid", "precision", "recall"), SAMPLES
)


def differences(metric: str, role: str, plan: dict[str, Any], data: dict[str, Any]) -> list[str]:
    """Return how what a metric was measured on differs from the paper; nothing if it may be compared.

    The paper's sizes are `claims.size` of the config; `data` holds data.json by data set.
    """
    kind = metric.split(":")[0]
    if role not in PAPER_DATA:
        return ["the paper has no such data set"]
    return list(_differences(kind, role, plan, data))


def _differences(kind: str, role: str, plan: dict[str, Any], data: dict[str, Any]) -> Iterator[str]:
    config, size, paper = plan["config"], plan["config"]["claims"]["size"], PAPER_DATA[role]
    dataset = plan["roles"][role]
    record = data[dataset]
    if dataset != paper.dataset:
        yield f"another data set ({record['title'].split(' (')[0]} for {paper.title})"
    elif record["counts"]["train"] != paper.train:
        yield f"{record['counts']['train']:,} of {paper.train:,} training images"
    if f"{kind}:" in OF_FEATURES and config["fid"]["extractor"] != PAPER_EXTRACTOR:
        yield f"another extractor ({config['fid']['extractor']})"
    training = config["training"] | config["data"][dataset].get("training", {})
    yield from _changed("training", training, size["training"])
    yield from _changed("", config["data"][dataset], size["data"][paper.dataset])
    if settings := config["variants"].get("irmae"):  # a config may have none
        depth = settings.get("for", {}).get(dataset, {}).get("depth", settings["depth"])
        yield from _changed("", {"depth": depth}, {"depth": size["depth"][paper.dataset]})
    asked = ASKED.get(kind, "")
    for section, values in size.get(asked, {}).items():
        yield from _changed(section, config[section], values)
    if asked == SAMPLES:
        yield from _changed("", config["data"][dataset], {"components": size["components"][paper.dataset]})


def _changed(section: str, ours: dict[str, Any], theirs: dict[str, Any]) -> Iterator[str]:
    for key, value in theirs.items():
        name = f"{section}.{key}" if section else key
        if isinstance(value, dict):
            if any(ours[key].get(part) != value[part] for part in value):
                yield f"another {key}"
        elif ours.get(key) != value:
            yield f"{name} {ours.get(key)} for {'none' if value is None else value}"
