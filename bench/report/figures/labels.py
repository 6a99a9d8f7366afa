"""Names beside points, out of each other's way; in: axes, points and names, out: annotations.

adjustText (1.4.0, at a fixed number of iterations) gives equal bytes too, but where points crowd its names cover each
other and the points, which these hardly do, and it takes ten times as long.
"""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patheffects import withStroke
from matplotlib.text import Annotation
from matplotlib.transforms import Bbox

from bench.report.figures.style import SMALL

FAR = (5, 11, 20, 32)  # tried distances of a name from its point, in points
DIRECTIONS = [(np.cos(turn), np.sin(turn)) for turn in np.linspace(0, 2 * np.pi, 16, endpoint=False)]
ROUNDS = 6  # in which every name looks for the best place again
# To so many decimals points and costs are compared: a layout is the same in every process but for its last digits, and
# these must not decide between places that are equally good.
DECIMALS = 2
NEAR = 4  # points around a point that no name should cover
OUTSIDE, DISTANCE = 50.0, 0.4  # cost of a square point beyond the axes, of a point of distance, against one of overlap


def label_points(
    axes: Axes,
    points: np.ndarray,
    spreads: np.ndarray,
    names: list[str],
    colors: list,
    lines: Sequence[np.ndarray] = (),
) -> list[Annotation]:
    """Write each name beside its point where it hides least of the points, their bars, the lines and the other names.

    In: points and the half lengths of their bars, both [n, 2], and lines through [m, 2], in data coordinates. The
    figure's layout must be final. Names far from their points are tied to them by a line.
    """
    scale = 72 / axes.figure.dpi
    anchors = (axes.transData.transform(points) * scale).round(DECIMALS)
    sizes = [(_extent(axes, name) * scale).round(DECIMALS) for name in names]
    frame = Bbox(axes.get_window_extent().get_points() * scale)
    candidates = [_candidates(anchor, size) for anchor, size in zip(anchors, sizes, strict=True)]
    obstacles = np.concatenate([_obstacles(axes, points, spreads), *(_along(axes, line) for line in lines)])
    chosen = _best(candidates, anchors, obstacles * scale, frame)
    return [
        _write(axes, name, point, box[0] - anchor, np.hypot(*(anchor.clip(*box) - anchor)) > FAR[1], color)
        for name, point, box, anchor, color in zip(names, points, chosen, anchors, colors, strict=True)
    ]


def _extent(axes: Axes, name: str) -> np.ndarray:
    text = axes.text(0, 0, name, fontsize=SMALL)
    box = text.get_window_extent()
    text.remove()
    return np.array([box.width, box.height])


def _candidates(anchor: np.ndarray, size: np.ndarray) -> np.ndarray:
    """Return boxes [m, 2 corners, 2] for a name: one in each direction from its point and at each distance."""
    boxes = []
    for far in FAR:
        for direction in DIRECTIONS:
            centre = anchor + far * np.array(direction) + size / 2 * np.sign(np.round(direction, 6))
            boxes.append([centre - size / 2, centre + size / 2])
    return np.array(boxes)


def _obstacles(axes: Axes, points: np.ndarray, spreads: np.ndarray) -> np.ndarray:
    """Return boxes [3n, 2 corners, 2], in pixels, around the points and along their two bars."""
    lengths = np.concatenate([spreads * along for along in ([0, 0], [1, 0], [0, 1])])
    centres = np.tile(points, (3, 1))
    low, high = (axes.transData.transform(centres + sign * lengths) for sign in (-1, 1))
    widths = np.repeat([NEAR, 1, 1], len(points))[:, None] * axes.figure.dpi / 72
    return np.stack([low - widths, high + widths], axis=1)


def _along(axes: Axes, line: np.ndarray) -> np.ndarray:
    """Return boxes [m, 2 corners, 2], in pixels, one beside the other along a line through points [n, 2]."""
    through = axes.transData.transform(line)
    far = np.concatenate([[0], np.hypot(*np.diff(through, axis=0).T).cumsum()])
    size = NEAR * axes.figure.dpi / 72
    at = np.arange(0, far[-1], size)
    centres = np.stack([np.interp(at, far, coordinate) for coordinate in through.T], axis=1)
    return np.stack([centres - size / 2, centres + size / 2], axis=1)


def _best(candidates: list[np.ndarray], anchors: np.ndarray, obstacles: np.ndarray, frame: Bbox) -> list[np.ndarray]:
    """Return a box for each name: in turns each takes the cheapest, the others where they are."""
    fixed = [_cost(boxes, anchor, obstacles, frame) for boxes, anchor in zip(candidates, anchors, strict=True)]
    chosen = [boxes[_cheapest(cost)] for boxes, cost in zip(candidates, fixed, strict=True)]
    for _ in range(ROUNDS):
        for index, boxes in enumerate(candidates):
            others = np.array(chosen[:index] + chosen[index + 1 :]).reshape(-1, 2, 2)
            chosen[index] = boxes[_cheapest(fixed[index] + overlap(boxes, others))]
    return chosen


def _cheapest(cost: np.ndarray) -> int:
    return int(cost.round(DECIMALS).argmin())


def _cost(boxes: np.ndarray, anchor: np.ndarray, obstacles: np.ndarray, frame: Bbox) -> np.ndarray:
    """Return what places cost [m] that no other name has a part in."""
    size = boxes[:, 1] - boxes[:, 0]
    outside = size.prod(1) - overlap(boxes, frame.get_points()[None])
    return overlap(boxes, obstacles) + OUTSIDE * outside + DISTANCE * np.hypot(*(boxes.mean(1) - anchor).T)


def overlap(boxes: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Return the area [m] that each of boxes [m, 2, 2] shares with all others [n, 2, 2] together."""
    low = np.maximum(boxes[:, None, 0], others[None, :, 0])
    high = np.minimum(boxes[:, None, 1], others[None, :, 1])
    return (high - low).clip(0).prod(-1).sum(-1)


def _write(axes: Axes, name: str, point: np.ndarray, offset: np.ndarray, tied: bool, color) -> Annotation:
    line = {"arrowstyle": "-", "color": color, "linewidth": 0.6, "alpha": 0.7, "shrinkA": 0, "shrinkB": 2}
    return axes.annotate(
        name, point, offset, textcoords="offset points", fontsize=SMALL, color=color, in_layout=False,
        arrowprops=line if tied else None, annotation_clip=False, va="bottom", zorder=4,
        path_effects=[withStroke(linewidth=2, foreground="white")],
    )  # fmt: skip
