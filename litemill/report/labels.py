"""Labels beside the points of a chart, where they cover nothing."""

from collections.abc import Iterable
from itertools import count
from typing import Any

# pixels of a point, and of a label: a letter's width, a line's height
POINT, LETTER, LINE = 8, 6, 12


def place(rows: list[dict[str, Any]], across: str, scale: tuple[float, float]) -> None:
    """Give each point a place for its label that covers no other: right of it, left, or further down.

    Parameters
    ----------
    rows
        With `name`, `accuracy` (upwards) and a figure to the right; `label_x` and `label_y` are added.
    across
        The name of that figure.
    scale
        Pixels to the figure's unit, and the height of the panel in pixels.
    """
    to_pixels, height = scale
    heights = [row["accuracy"] for row in rows]
    up = height / (max(heights) - min(heights) or 1.0)
    points = {row["name"]: (row[across] * to_pixels, row["accuracy"] * up) for row in rows}
    taken = [(x - POINT, x + POINT, y) for x, y in points.values()]
    for row in sorted(rows, key=lambda row: (-row["accuracy"], -row[across])):
        x, y = points[row["name"]]
        length = LETTER * len(row["name"])
        places = ((start, y - down) for down in count(0, 3) for start in (x + POINT + 2, x - POINT - length))
        start, at = next(place for place in places if place[0] >= 0 and _free(place, length, taken))
        taken.append((start, start + length, at))
        row["label_x"], row["label_y"] = start / to_pixels, at / up


def _free(place: tuple[float, float], length: float, taken: Iterable[tuple[float, float, float]]) -> bool:
    """Whether a label that starts at a place covers nothing that is taken: (left, right, height)."""
    start, at = place
    return not any(start < right and left < start + length and abs(at - y) < LINE for left, right, y in taken)
