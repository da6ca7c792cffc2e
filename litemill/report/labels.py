"""Labels beside the points of a chart, where they cover nothing."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import count

# pixels of a point, and of a label: a letter's width, a line's height
POINT, LETTER, LINE = 8, 6, 12
STEP = 3

Place = tuple[float, float]


def places(points: Mapping[str, Place]) -> dict[str, Place]:
    """Give each point a place for its name that covers no other: right of it or left, or the nearest up or down.

    Points are (right, up) in pixels, by name; a place is the middle of a name's left end.
    """
    taken = [(x - POINT, x + POINT, y) for x, y in points.values()]
    found = {}
    for name in sorted(points, key=lambda one: (-points[one][1], -points[one][0])):
        length = LETTER * len(name)
        start, at = next(one for one in _around(points[name], length) if _free(one, length, taken))
        taken.append((start, start + length, at))
        found[name] = (start, at)
    return found


def _around(point: Place, length: float) -> Iterator[Place]:
    """Give the places for a label of a length, the nearest first."""
    x, y = point
    for shift in count(0, STEP):
        for up in (-shift, shift) if shift else (0,):
            yield x + POINT + 2, y + up
            if x - POINT - length >= 0:
                yield x - POINT - length, y + up


def _free(place: Place, length: float, taken: Iterable[tuple[float, float, float]]) -> bool:
    """Whether a label that starts at a place covers nothing that is taken: (left, right, height)."""
    start, at = place
    return not any(start < right and left < start + length and abs(at - y) < LINE for left, right, y in taken)
