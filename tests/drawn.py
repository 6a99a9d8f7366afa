"""What figures are drawn of in tests, and what a drawn one holds."""

from synthetic_results import PUBLISHED, write_numbers, write_results

from bench.records.tables import read_table


def drawable(folder):
    """Return what a figure takes, made in a folder: the plan, the results and the published numbers."""
    plan = write_results(folder)
    write_numbers(folder)
    return plan, folder, read_table(PUBLISHED)


def axes_of(whole):
    """Return the axes of a figure, in the order in which they were made."""
    return whole.get_axes() if whole.get_axes() else [axes for part in whole.subfigs for axes in axes_of(part)]


def words(whole):
    """Return what stands in a figure outside its axes."""
    own = [text.get_text() for text in [*whole.texts, *filter(None, [getattr(whole, "_suptitle", None)])]]
    return own + [word for part in whole.subfigs for word in words(part)]
