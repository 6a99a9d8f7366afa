"""One style for all figures: their width, their letters, and a colour per variant that is the same in every figure."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import cycle
from typing import Any

import matplotlib
import seaborn as sns
from matplotlib.colors import to_hex, to_rgb

WIDTH = 9.0  # inches, of every figure
DPI = 150
SMALL = 8  # letters in points: names beside lines and points
BLUE, ORANGE, GREEN, RED, PINK, BROWN, _, GREY, _, SKY = sns.color_palette("colorblind").as_hex()
BLACK, MUTED = "#222222", "#737373"  # MUTED: what is no result of ours, and notes
FIXED = {
    "ae": BLUE,
    "vae": GREY,
    "ae-l1": SKY,
    "ae-l2": PINK,
    "irmae": RED,
    "irmae-l4": ORANGE,
    "irmae-fixed": GREEN,
    "irmae-nonlinear": BLACK,
    "irmae-shared": BROWN,
    "ae-small": SKY,
    "rrae": PINK,
    "arrae": ORANGE,
    "pca": MUTED,
    "untrained": MUTED,
}
OTHERS = (GREEN, ORANGE, BROWN, BLACK, SKY, PINK, GREY)  # by turns, in the order of the names
INK = 0.75  # of a colour's brightness in letters, which are thinner than lines
RC = sns.axes_style("whitegrid") | {
    "font.size": 9,
    "axes.titlesize": 9,
    "axes.labelsize": 9,
    "xtick.labelsize": SMALL,
    "ytick.labelsize": SMALL,
    "legend.fontsize": SMALL,
    "grid.color": "#e4e4e4",
    "axes.edgecolor": "#999999",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "figure.titlesize": 9.5,
    "pdf.fonttype": 42,  # letters stay letters
    "savefig.dpi": DPI,
}


@contextmanager
def styled() -> Iterator[None]:
    """Draw in this style, whatever the user's matplotlibrc says."""
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(RC)
        yield


def colours(plan: dict[str, Any]) -> dict[str, str]:
    """Return a colour for every variant of the config: some have their own, the others take turns."""
    others = cycle(OTHERS)
    return {name: FIXED.get(name) or next(others) for name in sorted(plan["config"]["variants"])}


def ink(colour: str) -> str:
    """Return a colour as letters have it: darker."""
    return to_hex([INK * part for part in to_rgb(colour)])
