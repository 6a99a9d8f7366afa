"""Which jobs come first, so that a run stopped at any moment has what matters most; in: the plan, out: numbers.

The paper's variants come before the relatives, and these before what trains again and the studies; of each the digits
come first, then the shapes, other data sets, and the faces, whose networks take longest. A data set's trainings come
before their evaluation.
"""

from typing import Any

from workflow.alternatives import SUPERVISED

CONTROLS = ("pca", "untrained")  # models that stand beside the paper's in every table, and take no training
ROLES = {"digits": 3, "shapes": 2, "faces": 0}  # of the data sets; others are 1
STUDIED, RELATIVES, PAPERS = 0, 4, 8
FIRST = 2 * (PAPERS + 4)  # before all of them


def of_runs(plan: dict[str, Any]) -> dict[str, int]:
    """Map the path of every run to the priority of its evaluation; its training's is one more."""
    shown = {
        variant
        for name, figure in plan["figures"].items()
        for panel in figure["panels"]
        for variant in panel["variants"]
        if name.isdigit()
    }
    levels = {run["path"]: STUDIED for run in plan["studied"] + plan["retrained"]}
    for run in plan["runs"]:
        papers = run["variant"] in shown | {SUPERVISED} or run["model"] in CONTROLS
        levels[run["path"]] = PAPERS if papers else RELATIVES
    return {path: 2 * (level + of_data(path.split("/")[1], plan)) for path, level in levels.items()}


def of_data(dataset: str, plan: dict[str, Any]) -> int:
    """Return the place of a data set, or of one that an alternative changes, among the others: more is sooner."""
    roles = {name: role for role, name in plan["roles"].items()}
    return ROLES.get(roles.get(dataset.split("@")[0], ""), 1)
