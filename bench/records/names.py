"""How tables and figures call variants and data sets; in: the plan and data.json, out: the paper's names."""

from collections import Counter
from typing import Any, NamedTuple

SUPERVISED = "supervised"  # the last row of Table 2, which no variant of the config makes
REFERENCE = "reference"  # the rule of controls, numbers of no model; they stand as a variant of this name
# What the controls are. No model paints `real` images; the others are none, but for blended pixels of linear data.
CONTROLS = {
    "real": "real images",
    "noise": "uniform noise",
    "blank": "blank images",
    "mean": "the pixel mean",
    "blend": "pixels blended",
}
UNREAL = ("noise", "blank", "mean")  # a yardstick that prefers one of these to real images measures nothing
OF_FEATURES = ("fid:", "kid:", "precision:", "recall:", "interpolation:")  # numbers that hang on the extractor
PAPER_EXTRACTOR = "inception"
RANK = "rank:0.01"  # of the ranks at several thresholds, the one that claims and studies are about
STUDY_METRICS = (RANK, "effective_rank", "explained_variance", "fid:gmm", "error:100:best")
# Of all other metrics less is better, or called so by the paper.
HIGHER_IS_BETTER = ("explained_variance", "precision:gaussian", "precision:gmm", "recall:gaussian", "recall:gmm")
# Factors behind an image of shapes, by its colours: 3 or 1 of colour, position 2, size 1, kind 1 (section 4.1).
FACTORS = {"rgb": 7, "grey": 5}


# Names that are no acronyms in capitals.
SPELLED = {"arrae": "aRRAE", "lorae": "LoRAE", "irmae_wd": "IRMAE-WD"}


class PaperData(NamedTuple):
    """The paper's data set in a role: its key in paper.csv, the paper's name and its training images."""

    dataset: str
    title: str
    train: int


# CelebA's count is its official training partition; the paper gives none.
PAPER_DATA = {
    "shapes": PaperData("shapes", "Shape", 50_000),
    "digits": PaperData("mnist", "MNIST", 60_000),
    "faces": PaperData("celeba", "CelebA", 162_770),
}


def labels(plan: dict[str, Any], dataset: str | None = None) -> dict[str, str]:
    """Return how the paper calls each variant, on a data set or on all of them: what differs between them is left out.

    Those that it would call the same keep their own name beside it.
    """
    variants = plan["config"]["variants"]
    names = {name: label(settings, dataset) for name, settings in variants.items()}
    shared = Counter(names.values())
    # The variant named as its model is the plain one and needs no second name.
    return {
        name: text if shared[text] == 1 or name == variants[name]["model"] else f"{text} ({name})"
        for name, text in names.items()
    }


def label(settings: dict[str, Any], dataset: str | None = None) -> str:
    """Return the paper's name of a variant with these settings: AE, AE + L1, IRMAE l=8, IRMAE l=8 shared."""
    model, own = settings["model"], settings.get("for", {})
    short = model.upper() if len(model) <= len("irmae") else model.replace("_", " ")  # short names are acronyms
    text = SPELLED.get(model, short)
    text += "".join(f" + {penalty.upper()}" for penalty in ("l1", "l2") if settings.get(penalty))
    depth = own.get(dataset, {}).get("depth", settings.get("depth"))
    same = not any("depth" in changed for changed in own.values())
    text += f" l={depth}" if depth is not None and (dataset or same) else ""
    chain = settings.get("chain", "trained")
    return text if chain == "trained" else f"{text} {chain}"


def dataset_in(role: str, plan: dict[str, Any]) -> str | None:
    """Return the data set that plays a role of the paper, or None if it does not run."""
    dataset = plan["roles"].get(role)
    return dataset if dataset in plan["datasets"] else None


def title_in(role: str, plan: dict[str, Any]) -> str:
    """Return the paper's name of the data set in a role, or of another role the data set's key."""
    return PAPER_DATA[role].title if role in PAPER_DATA else plan["roles"][role]


def role_of(dataset: str, plan: dict[str, Any]) -> str | None:
    """Return the role of the paper that a data set plays, if any."""
    return next((role for role in PAPER_DATA if plan["roles"].get(role) == dataset), None)


def heading(metric: str) -> str:
    """Return how tables call a metric."""
    kind, *details = metric.split(":")
    if kind == "sampled":
        return f"{heading(':'.join(details))} of sampled codes"
    headings = {
        "rank": "rank > {}",
        "singular_value": "index {}",
        "error": "error, {} labels",
        "effective_rank": "effective rank",
        "mse": "test MSE",
        "explained_variance": "variance explained",
        "penalty_share": "penalties' share of the loss",
        "fid": "FID, {}",
        "kid": "KID, {}",
        "precision": "precision, {}",
        "recall": "recall, {}",
        "interpolation": "interpolation, {}",
        "rank_spread": "spread of rank over {}",
        "rank_error": "error of rank",
    }
    return headings[kind].format(*details).replace("gmm", "GMM").replace("gaussian", "Gaussian")
