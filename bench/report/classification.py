"""Table 2: test error of a classifier that sees only the code, by number of labels."""

from bench.report.cells import table
from bench.report.results import Place, Results

TABLE = "table 2"
READINGS = {
    "best": "The paper's reading, early stopping: the lowest test error of all epochs looked at.",
    "last": "The error after the last epoch, which looks at no test label; the paper does not give it.",
    "held_out": (
        "Early stopping that looks at no test label: the test error where the error of up to 1,000 training images\n"
        "that nobody learned from is least. Where all are labelled, another classifier learns from the rest of them."
    ),
}


TEXT = """\
## Table 2: classification from few labels

Test error in percent of a small network trained on the codes of a few labelled images; the encoder stays
fixed. `supervised` trains encoder and classifier together on those labels alone. Lower is better. The
paper does not say how it chose the labelled images"""
SUBSETS = {
    "stratified": "ours hold the classes in equal shares",
    "first": "ours are the first of the data set",
}


def table_2(results: Results) -> str:
    """Return the classification errors of every data set that is classified, in both readings."""
    settings = results.plan["config"]["classify"]
    places = [place for place in results.places(TABLE) if place.paper or place.dataset in settings["datasets"]]
    others = [record["title"] for name, record in results.data.items() if name not in settings["datasets"]]
    text = f"{TEXT}; {SUBSETS[settings['subset']]}.\n{_recipe(settings)}"
    text += f"\nNot a digits data set, not classified: {', '.join(others)}." if others else ""
    return "\n\n".join([text, *(_part(results, place) for place in places)])


def _recipe(settings: dict) -> str:
    """Return how the classifiers are trained."""
    dropout = f"dropout {settings['dropout']:g}" if settings["dropout"] else "no dropout"
    least, most = settings["least_steps"], settings["most_steps"]
    return (
        f"Two hidden layers of {settings['hidden']} with ReLU, {dropout}; Adam at {settings['lr']:g}, batches of "
        f"{settings['batch']}, {settings['epochs']} epochs but at least {least:,} steps"
        + (f" and at most {most:,}." if most else ".")
    )


def _part(results: Results, place: Place) -> str:
    tables = [f"{text}\n\n{_table(results, place, reading)}" for reading, text in READINGS.items()]
    return "\n\n".join([f"### {results.title(place)}", *tables, results.orientation(place)]).strip()


def _table(results: Results, place: Place, reading: str) -> str:
    budgets = _budgets(results, place)
    held = results.data[place.dataset]["counts"]["train"] if place.dataset else max(budgets)
    header = ["labels", *(f"{budget:,} (all)" if budget == held else f"{budget:,}" for budget in budgets)]
    absent = [f"data set holds {held:,}" if budget > held else None for budget in budgets]
    rows = [
        [
            results.label(name, place.dataset),
            *(
                results.cell(place, name, f"error:{budget}:{reading}", 1, reason)
                for budget, reason in zip(budgets, absent, strict=True)
            ),
        ]
        for name in results.rows_of(place, TABLE)
    ]
    return table(header, rows)


def _budgets(results: Results, place: Place) -> list[int]:
    """Return the columns: the paper's numbers of labels, the config's, and the whole data set."""
    measured = results.metric_names(place.dataset, "error:")
    theirs = results.paper.loc[results.paper["table"] == TABLE, "metric"]
    budgets = {int(name.split(":")[1]) for name in [*measured, *theirs]}
    return sorted(budgets | set(results.plan["config"]["classify"]["budgets"]))
