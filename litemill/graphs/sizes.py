"""The input sizes that a network's strides allow: the nearest one to a size that they do not."""

from collections.abc import Callable

from litemill.graphs.shapes import Size

# no network here has a larger stride
STRIDE = 64


def nearest(works: Callable[[Size], bool], wanted: Size, known: Size) -> Size:
    """Give the size nearest to one that does not work.

    Parameters
    ----------
    works
        Tells whether a size does.
    wanted
        Height and width, in pixels, that do not.
    known
        A size that works: each side is sought beside the other one's, and it is the answer where none is nearer.
    """
    height = _side(lambda side: works((side, known[1])), wanted[0], known[0])
    width = _side(lambda side: works((known[0], side)), wanted[1], known[1])
    return (height, width) if works((height, width)) else known


def _side(works: Callable[[int], bool], wanted: int, known: int) -> int:
    steps = sorted(range(-STRIDE, STRIDE + 1), key=abs)
    return next((wanted + step for step in steps if wanted + step > 0 and works(wanted + step)), known)


def multiple(size: Size) -> Size:
    """Give the next size that every stride divides."""
    return -(-size[0] // STRIDE) * STRIDE, -(-size[1] // STRIDE) * STRIDE
