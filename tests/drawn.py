"""What a drawn figure holds."""


def axes_of(whole):
    """Return the axes of a figure, in the order in which they were made."""
    return whole.get_axes() if whole.get_axes() else [axes for part in whole.subfigs for axes in axes_of(part)]


def words(whole):
    """Return what stands in a figure outside its axes."""
    own = [text.get_text() for text in [*whole.texts, *filter(None, [getattr(whole, "_suptitle", None)])]]
    return own + [word for part in whole.subfigs for word in words(part)]


def curves(axes, colour):
    """Return the lines of a colour: the seeds', then their mean."""
    return [line for line in axes.get_lines() if line.get_color() == colour]


def names(axes):
    """Return what is written in the axes."""
    return [text.get_text() for text in axes.texts]
