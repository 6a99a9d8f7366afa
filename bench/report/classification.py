"""Table 2 and the page of errors: of a classifier that sees only the code, by number of labels."""

from typing import Any

from bench.records.names import SUPERVISED
from bench.report.cells import prose, table
from bench.report.results import Place, Results
from bench.report.rows import beside_the_paper

TABLE = "table 2"
BEST = "best"
READINGS = {
    BEST: "The released code's reading: the lowest test error of the epochs looked at.",
    "last": "The error after the last epoch, which looks at no test label; the paper does not give it.",
    "held_out": (
        "Early stopping that looks at no test label: the test error where the error of up to 1,000 training images\n"
        "that nobody learned from is least. Where all are labelled, another classifier learns from the rest of them."
    ),
}
TEXT = """\
## Table 2: classification from few labels

Test error in percent of a small network trained on the codes of a few labelled images; the encoder stays fixed.
`supervised` trains encoder and classifier together on those labels alone. Lower is better; the lowest test
error of the epochs looked at, as in the released code ([other readings](labels.md))."""
HOW = """\
The paper does not say how it chose the labelled images; {subset}. The classifier has two hidden layers of {hidden} with
ReLU and {dropout}; Adam at {lr:g}, batches of {batch}, {length}; the test images are looked at every
{evaluate_every} epochs and at the end."""
SUBSETS = {
    "stratified": "ours hold the classes in equal shares",
    "first": "ours are the first of the data set",
}


def table_2(results: Results) -> str:
    """Return the errors of every data set that is classified, the paper's below ours."""
    return "\n\n".join([TEXT, *(_part(results, place, BEST) for place in _places(results))])


def readings(results: Results) -> str:
    """Return the errors of every data set that is classified in all readings, and how the classifiers are trained."""
    parts = [_how(results)]
    for reading, text in READINGS.items():
        parts += [f"## Error: {reading.replace('_', ' ')}", text]
        parts += [_part(results, place, reading) for place in _places(results)]
    return "\n\n".join(parts)


def _places(results: Results) -> list[Place]:
    classified = results.plan["config"]["classify"]["datasets"]
    return [place for place in results.places(TABLE) if place.paper or place.dataset in classified]


def _how(results: Results) -> str:
    settings = results.plan["config"]["classify"]
    dropout = f"dropout {settings['dropout']:g}" if settings["dropout"] else "no dropout"
    text = HOW.format(
        **settings | {"subset": SUBSETS[settings["subset"]], "dropout": dropout, "length": length(settings)}
    )
    others = [record["title"] for name, record in results.data.items() if name not in settings["datasets"]]
    return prose(text + (f" Not a digits data set, not classified: {', '.join(others)}." if others else ""))


def length(settings: dict[str, Any]) -> str:
    """Return how long classifiers are trained."""
    epochs, least, most = (settings[key] for key in ("epochs", "least_steps", "most_steps"))
    if least == most:
        return f"{most:,} steps"
    return f"{epochs} epochs but at least {least:,} steps" + (f" and at most {most:,}" if most else "")


def _part(results: Results, place: Place, reading: str) -> str:
    budgets = _budgets(results, place)
    held = results.data[place.dataset]["counts"]["train"] if place.dataset else 0
    header = ["labels", *(f"{budget:,} (all)" if budget == held else f"{budget:,}" for budget in budgets)]
    metrics = [f"error:{budget}:{reading}" for budget in budgets]
    names = [name for name in results.rows_of(place, TABLE) if name != SUPERVISED]
    shown = table(header, beside_the_paper(results, place, [*names, SUPERVISED], metrics))
    return "\n\n".join(filter(None, [f"### {results.title(place)}", shown, results.orientation(place)]))


def _budgets(results: Results, place: Place) -> list[int]:
    """Return the columns: the paper's numbers of labels, the config's, and the whole data set."""
    measured = results.metric_names(place.dataset, "error:")
    theirs = results.paper.loc[results.paper["table"] == TABLE, "metric"]
    budgets = {int(name.split(":")[1]) for name in [*measured, *theirs]}
    return sorted(budgets | set(results.plan["config"]["classify"]["budgets"]))
